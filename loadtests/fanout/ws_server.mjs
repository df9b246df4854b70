// The `ws` library in its fastest set-up: one buffer, sent to everybody at each tick.
import { WebSocketServer } from "ws";

const [payload, tickMs] = [Buffer.from(process.argv[2]), Number(process.argv[3])];
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => {
  console.log(server.address().port);
});
server.on("connection", (socket) => socket.on("error", () => socket.terminate()));
setInterval(() => {
  for (const client of server.clients) {
    if (client.readyState === 1) client.send(payload, { binary: false });
  }
}, tickMs);
