import { Button } from '@mantine/core';
import type { MeetingDetail } from '@hansard/protocol';
import { DiscardButton } from '../../recording/discard-button.tsx';
import { strings } from '../../strings.ts';
import { LevelMeter } from './level-meter.tsx';
import { SourcePicker } from './source-picker.tsx';
import type { Recording } from './use-recording.ts';
import classes from './recording.module.css';

interface Props {
  meeting: MeetingDetail;
  recording: Recording;
  offline: boolean;
  onEnd: () => void;
}

/** Below the title: what is being recorded, and where every second of it is. */
export function RecordingStrip({ meeting, recording, offline, onEnd }: Props) {
  const { phase, active, recordedHere, cut, saved, refusedTrackId, status, problem, choice, level, start, finishCut } =
    recording;
  const live = meeting.state === 'live';
  const openElsewhere = live && !active && !cut && saved && meeting.tracks.some(isRecording);
  return (
    <div className={classes.strip}>
      {problem !== null && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      {cut && (
        <div className={classes.banner} role="region" aria-label={strings.cut.wasHere}>
          <p>
            {strings.cut.wasHere} {cut.leftMs > 0 ? strings.cut.uploading(cut.leftMs) : strings.cut.uploaded}
          </p>
          <Button size="compact-md" onClick={start}>
            {strings.cut.resume}
          </Button>
          <Button size="compact-md" variant="default" onClick={finishCut}>
            {strings.cut.finish}
          </Button>
        </div>
      )}
      {openElsewhere && (
        <div className={classes.banner}>
          <p>{strings.cut.elsewhere}</p>
          <Button size="compact-md" variant="default" onClick={onEnd}>
            {strings.menu.end}
          </Button>
        </div>
      )}
      {(recordedHere || !saved) && (
        <div className={classes.status}>
          {phase === 'recording' && <LevelMeter level={level} />}
          <p role="status" className={classes.statusText} data-tone={status.tone}>
            {phase === 'paused' && `${strings.recorder.paused} `}
            {phase === 'starting' ? strings.recorder.starting : status.text}
          </p>
          {refusedTrackId !== null && <DiscardButton trackId={refusedTrackId} />}
        </div>
      )}
      {offline && !active && <p className={classes.offline}>{strings.meeting.offline}</p>}
      {live && !active && !cut && !openElsewhere && <SourcePicker choice={choice} />}
    </div>
  );
}

function isRecording({ kind, state }: MeetingDetail['tracks'][number]): boolean {
  return kind !== 'captions' && state === 'open';
}
