// The camera, the microphone and the screen of somebody backstage.

const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Opens a camera and a microphone. Throws what getUserMedia throws.
 * @param {string} camera the id of a device; empty: the browser's choice
 * @param {string} microphone
 */
export function openDevices(camera, microphone) {
  return navigator.mediaDevices.getUserMedia({
    video: camera ? { ...PICTURE, deviceId: { exact: camera } } : PICTURE,
    audio: microphone ? { ...SOUND, deviceId: { exact: microphone } } : SOUND,
  });
}

/** The screen, or a window, as the person chooses. Throws when they choose none. */
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
