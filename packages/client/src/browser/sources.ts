import { ClientError } from '../client-error.ts';
import { toMediaError } from './media-errors.ts';

export type SourceKind = 'microphone' | 'tab';

/** What the browser does to a microphone's sound. All on if left out, as for a call. */
export interface AudioProcessing {
  echoCancellation?: boolean;
  noiseSuppression?: boolean;
  autoGainControl?: boolean;
}

export interface Source {
  kind: SourceKind;
  stream: MediaStream;
  audio: MediaStreamTrack;
  /** Gives the device back. */
  close(): void;
}

/** Asks for the microphone; rejects with a `ClientError` that says what to do. */
export async function openMicrophone(deviceId?: string, processing: AudioProcessing = {}): Promise<Source> {
  const audio: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...processing,
    ...(deviceId !== undefined && { deviceId: { exact: deviceId } }),
  };
  try {
    return toSource('microphone', await mediaDevices().getUserMedia({ audio }));
  } catch (error) {
    throw toMediaError(error, 'microphone');
  }
}

/** Asks for a tab's (or the system's) sound. Must be called from a click. */
export async function openTab(): Promise<Source> {
  try {
    // Browsers share sound only along with a picture; the picture is let go of at once.
    const stream = await mediaDevices().getDisplayMedia({
      video: true,
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    if (stream.getAudioTracks().length === 0) {
      for (const track of stream.getTracks()) track.stop();
      throw new ClientError(
        'NO_SOUND_SHARED',
        'What you shared has no sound. Share again, with “Also share tab audio”.',
      );
    }
    for (const video of stream.getVideoTracks()) {
      video.stop();
      stream.removeTrack(video);
    }
    return toSource('tab', stream);
  } catch (error) {
    throw toMediaError(error, 'tab');
  }
}

function mediaDevices(): MediaDevices {
  const devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices;
  if (!devices) throw new DOMException('No media devices', 'SecurityError');
  return devices;
}

function toSource(kind: SourceKind, stream: MediaStream): Source {
  const [audio] = stream.getAudioTracks();
  if (!audio) throw new ClientError('NO_DEVICE', 'The browser gave no sound.');
  return {
    kind,
    stream,
    audio,
    close() {
      for (const track of stream.getTracks()) track.stop();
    },
  };
}
