// The camera, the microphone and the screen of somebody backstage.

const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** @type {{ name: import("../models/troubles.js").Device, kind: MediaDeviceKind }[]} */
const DEVICES = [
  { name: "camera", kind: "videoinput" },
  { name: "microphone", kind: "audioinput" },
];

/**
 * Opens a camera and a microphone. Throws what getUserMedia throws, and a SecurityError on a page without https.
 * @param {string} camera the id of a device; empty: the browser's choice
 * @param {string} microphone
 */
export async function openDevices(camera, microphone) {
  if (!navigator.mediaDevices) throw new DOMException("There are no devices without https.", "SecurityError");
  return navigator.mediaDevices.getUserMedia({
    video: camera ? { ...PICTURE, deviceId: { exact: camera } } : PICTURE,
    audio: microphone ? { ...SOUND, deviceId: { exact: microphone } } : SOUND,
  });
}

/**
 * Finds the devices that are absent, or not allowed; none where the browser does not tell.
 * @param {unknown} error what openDevices threw
 */
export async function devicesMeant(error) {
  const isNotAllowed = error instanceof Error && error.name === "NotAllowedError";
  const meant = await Promise.all(DEVICES.map(isNotAllowed ? isDenied : isAbsent));
  return DEVICES.filter((_, n) => meant[n]).map(({ name }) => name);
}

/** @param {typeof DEVICES[number]} device */
const isDenied = ({ name }) =>
  navigator.permissions.query({ name: /** @type {PermissionName} */ (name) }).then(
    ({ state }) => state === "denied",
    () => false,
  );

/** @param {typeof DEVICES[number]} device */
const isAbsent = async ({ kind }) => !(await navigator.mediaDevices?.enumerateDevices())?.some((device) => device.kind === kind);

/** True when this browser can share a screen: phones cannot. */
export const canShowScreen = () => Boolean(navigator.mediaDevices?.getDisplayMedia);

/** Opens a screen or a window, as the person chooses. Throws when they choose none. */
export const openScreen = () => navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15 } } });

/**
 * Lists the devices of a kind in a <select>, the one in use chosen.
 * @param {HTMLSelectElement} select
 * @param {MediaDeviceKind} kind
 * @param {MediaStreamTrack | undefined} used
 */
export async function listDevices(select, kind, used) {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind);
  const chosen = used?.getSettings().deviceId;
  select.replaceChildren(
    ...devices.map((device, n) => new Option(device.label || `${n + 1}`, device.deviceId, false, device.deviceId === chosen)),
  );
}
