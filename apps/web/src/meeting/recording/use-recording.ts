import { useEffect, useState, useSyncExternalStore } from 'react';
import type { MeetingDetail } from '@hansard/protocol';
import { uploads } from '../../app/uploads.ts';
import { whenIdle } from '../../app/when-idle.ts';
import { recordingSession, type RecordingPhase, type Source } from '../../recording/recording-session.ts';
import { useNow } from '../../ui/use-now.ts';
import { cutOff, type CutOff } from './cut-off.ts';
import { statusText, type StatusText } from './status-text.ts';
import { useSourceChoice, type SourceChoice } from './use-source-choice.ts';

export interface Recording {
  phase: RecordingPhase;
  /** Whether this tab records this meeting. */
  active: boolean;
  /** Whether this tab records this meeting, or did last. */
  recordedHere: boolean;
  /** Whether this tab records another meeting. */
  elsewhere: boolean;
  /** How long the meeting has lasted, while it is recorded here. */
  clockMs: number;
  problem: string | null;
  status: StatusText;
  /** Whether everything that was recorded on this device is on the server. */
  saved: boolean;
  /** A recording that the server refuses for good; it stays on this device until it is deleted here. */
  refusedTrackId: string | null;
  choice: SourceChoice;
  /** A recording of this meeting that an earlier visit left unfinished. */
  cut: CutOff | null;
  /** Begins, or goes on from the recording that was cut off. */
  start: () => void;
  finishCut: () => void;
  pause: () => void;
  resume: () => void;
  stop: () => void;
  level: () => number;
}

export function useRecording(meeting: MeetingDetail): Recording {
  const session = useSyncExternalStore(recordingSession.subscribe, recordingSession.getSnapshot);
  const upload = useSyncExternalStore(uploads.subscribe, () => uploads.status(meeting.id));
  const opened = useSyncExternalStore(uploads.subscribe, uploads.opened);
  const live = meeting.state === 'live';
  const choice = useSourceChoice(live);
  const [finished, setFinished] = useState(false);
  const here = session.meetingId === meeting.id;
  const active = here && session.phase !== 'idle';
  const now = useNow(active);

  useEffect(
    () =>
      whenIdle(() => {
        uploads.openIfNeeded().catch(() => {});
      }),
    [],
  );
  useEffect(
    () =>
      live
        ? whenIdle(() => {
            recordingSession.prepare().catch(() => {});
          })
        : undefined,
    [live],
  );

  const cut = finished || active ? null : cutOff(meeting, opened, here);
  const begin = (source: Source, continues?: string) =>
    void recordingSession.start({
      meetingId: meeting.id,
      source,
      deviceId: choice.deviceId,
      participant: choice.participant,
      continues,
    });

  return {
    phase: here ? session.phase : 'idle',
    active,
    recordedHere: here,
    elsewhere: !here && session.phase !== 'idle',
    clockMs: Math.max(0, now - meeting.startedAt),
    problem: here ? session.problem : null,
    status: statusText(upload),
    saved: upload.kind === 'saved',
    refusedTrackId: upload.kind === 'refused' && !upload.retrying ? upload.trackId : null,
    choice,
    cut,
    start: () => (cut ? begin(cut.source, cut.continues) : begin(choice.source)),
    finishCut: () => {
      setFinished(true);
      void recordingSession.finish(meeting.id, cut?.trackIds ?? []);
    },
    pause: recordingSession.pause,
    resume: recordingSession.resume,
    stop: () => void recordingSession.stop(),
    level: recordingSession.level,
  };
}
