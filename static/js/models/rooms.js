// The states that the rooms of a page show: whole states, and the newest wins.

/** @typedef {import("../protocol.js").RoomNotice} RoomNotice */
/** @typedef {import("../protocol.js").State} State */

/** @typedef {{ epoch: string, seq: number, topics: Map<string, State> }} Room */

/** The state of every topic of every room that this page is in. */
export class Rooms {
  /** @type {Map<string, Room>} */
  #rooms = new Map();

  /** True once a room has welcomed this page. */
  get isInside() {
    return this.#rooms.size > 0;
  }

  /**
   * Takes in a welcome or a change. A `seq` is compared within its epoch only.
   * @param {RoomNotice} notice
   * @returns {string[]} the names of the topics to show anew
   */
  take(notice) {
    const known = this.#rooms.get(notice.room);
    const names = Object.keys(notice.topics);
    if (notice.type === "welcome") {
      this.#rooms.set(notice.room, { epoch: notice.epoch, seq: notice.seq, topics: new Map(Object.entries(notice.topics)) });
      return names;
    }
    if (!known || known.epoch !== notice.epoch || known.seq >= notice.seq) return [];
    known.seq = notice.seq;
    for (const name of names) known.topics.set(name, /** @type {State} */ (notice.topics[name]));
    return names;
  }

  /**
   * Forgets every room but these.
   * @param {string[]} names
   */
  keep(names) {
    for (const room of this.#rooms.keys()) if (!names.includes(room)) this.forget(room);
  }

  /** @param {string} room */
  forget(room) {
    this.#rooms.delete(room);
  }

  /**
   * @param {string} room
   * @param {string} topic
   * @returns {State | undefined}
   */
  state(room, topic) {
    return this.#rooms.get(room)?.topics.get(topic);
  }
}
