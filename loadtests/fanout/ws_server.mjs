// The `ws` library at its best: one buffer, made once a tick, sent to everybody.
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
