export interface Microphone {
  deviceId: string;
  /** Empty until the page may use a microphone: browsers tell no names before. */
  label: string;
}

export async function listMicrophones(): Promise<Microphone[]> {
  const devices = (await globalThis.navigator?.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter(({ kind }) => kind === 'audioinput').map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Calls back with the list when a microphone is plugged in or out. */
export function watchMicrophones(listener: (microphones: Microphone[]) => void): () => void {
  const devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices;
  const changed = () => void listMicrophones().then(listener);
  devices?.addEventListener('devicechange', changed);
  return () => devices?.removeEventListener('devicechange', changed);
}
