"""Films: made of title cards, and packaged for simulive play."""
