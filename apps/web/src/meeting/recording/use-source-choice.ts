import { useEffect, useState } from 'react';
import { listMicrophones, watchMicrophones, type Microphone } from '@hansard/client';
import type { Source } from '../../recording/recording-session.ts';
import { strings } from '../../strings.ts';

export interface SourceChoice {
  source: Source;
  setSource: (source: Source) => void;
  /** Undefined for the system's default microphone. */
  deviceId: string | undefined;
  setDeviceId: (deviceId: string | undefined) => void;
  devices: readonly { id: string; label: string }[];
  /** What this microphone's lines are called; undefined where no name was given. */
  participant: string | undefined;
  setParticipant: (name: string) => void;
}

const nameKey = 'hansard-name';

/** What to record; `offered` while there is a choice. The name is remembered on this device. */
export function useSourceChoice(offered: boolean): SourceChoice {
  const [source, setSource] = useState<Source>('microphone');
  const [deviceId, setDeviceId] = useState<string>();
  const [name, setName] = useState(() => localStorage.getItem(nameKey) ?? '');
  return {
    source,
    setSource,
    deviceId,
    setDeviceId,
    devices: useMicrophones(offered),
    participant: name.trim() || undefined,
    setParticipant: (next) => {
      localStorage.setItem(nameKey, next);
      setName(next);
    },
  };
}

/** The microphones there are. Browsers tell their names only once one of them was allowed. */
function useMicrophones(wanted: boolean) {
  const [devices, setDevices] = useState<SourceChoice['devices']>([]);
  useEffect(() => {
    if (!wanted) return undefined;
    const show = (microphones: readonly Microphone[]) => setDevices(named(microphones));
    // A browser that refuses to list them still has a default one.
    listMicrophones().then(show, () => {});
    return watchMicrophones(show);
  }, [wanted]);
  return devices;
}

function named(microphones: readonly Microphone[]): SourceChoice['devices'] {
  return microphones
    .filter(({ deviceId }) => deviceId !== '' && deviceId !== 'default')
    .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || strings.recorder.unnamedDevice(index + 1) }));
}
