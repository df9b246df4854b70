// socket.io in its fastest set-up: WebSocket only, no compression, one message a tick to the whole room.
import { createServer } from "node:http";
import { Server } from "socket.io";

const [payload, tickMs] = [JSON.parse(process.argv[2]), Number(process.argv[3])];
const http = createServer();
const server = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  pingInterval: 60_000,
});
setInterval(() => server.emit("changed", payload), tickMs);
http.listen(0, "127.0.0.1", () => console.log(http.address().port));
