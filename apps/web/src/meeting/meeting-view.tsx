import { memo, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { MeetingDetail, Minutes, Segment } from '@hansard/protocol';
import { strings } from '../strings.ts';
import { Tabs } from '../ui/tabs.tsx';
import { useKeys } from '../ui/use-keys.ts';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { MeetingHeader } from './header/meeting-header.tsx';
import { MeetingDialogs, type OpenDialog } from './meeting-dialogs.tsx';
import { MinutesPanel } from './minutes/minutes-panel.tsx';
import { PlayerBar } from './player/player-bar.tsx';
import { usePlayer } from './player/use-player.ts';
import { useRecording } from './recording/use-recording.ts';
import { toRows } from './transcript/rows.ts';
import { TranscriptPane, type TranscriptPaneHandle } from './transcript/transcript-pane.tsx';
import classes from './meeting.module.css';

interface Props {
  meeting: MeetingDetail;
  /** In the order of speech. */
  segments: readonly Segment[];
  announcedMinutes: Minutes | null;
  offline: boolean;
  /** Takes in what a call answered with, without waiting for its event. */
  applySegments: (segments: readonly Segment[]) => void;
}

const wide = '(min-width: 60em)';

/** Memoised: it is drawn in small steps from deferred values, which a render in between leaves as they were. */
export const MeetingView = memo(function MeetingView(props: Props) {
  const { meeting, segments, announcedMinutes, offline, applySegments } = props;
  const [, navigate] = useLocation();
  const [dialog, setDialog] = useState<OpenDialog>();
  const [tab, setTab] = useState<'transcript' | 'minutes'>('transcript');
  const sideBySide = useMediaQuery(wide);
  const transcript = useRef<TranscriptPaneHandle>(null);
  const recording = useRecording(meeting);
  const [player, playerState] = usePlayer(meeting.id, meeting.tracks);
  const rows = useMemo(
    () => toRows(segments, meeting.ledger.gaps, meeting.failures),
    [segments, meeting.ledger.gaps, meeting.failures],
  );
  const starts = useMemo(() => new Map(segments.map(({ id, startMs }) => [id, startMs])), [segments]);
  const playable = playerState.endMs > 0 && !recording.active;
  usePageTitle(meeting.title);

  useKeys({
    ' ': () => playable && (playerState.playing ? player.pause() : player.play()),
    '?': () => setDialog({ kind: 'shortcuts' }),
  });

  const transcriptPane = (
    <TranscriptPane
      meeting={meeting}
      segments={segments}
      rows={rows}
      playable={playable}
      timeMs={playerState.playing || playerState.timeMs > 0 ? playerState.timeMs : undefined}
      play={(startMs) => player.play(startMs)}
      renameSpeaker={(speaker) => setDialog({ kind: 'rename', speaker })}
      applySegments={applySegments}
      handle={transcript}
    />
  );
  const minutesPanel = (
    <MinutesPanel
      meeting={meeting}
      announced={announcedMinutes}
      sources={{
        startOf: (segmentId) => starts.get(segmentId),
        open: (segmentId) => {
          setTab('transcript');
          transcript.current?.showLine(segmentId);
        },
      }}
    />
  );

  return (
    <div className={classes.page}>
      <MeetingHeader
        meeting={meeting}
        recording={recording}
        offline={offline}
        openDialog={setDialog}
        onFind={() => transcript.current?.openFind()}
        onRecord={() => player.pause()}
      />
      <div className={classes.body}>
        {sideBySide ? (
          <>
            <div className={classes.transcript}>{transcriptPane}</div>
            <aside className={classes.side}>{minutesPanel}</aside>
          </>
        ) : (
          <Tabs
            label={strings.meeting.tabs}
            shown={tab}
            onShow={setTab}
            tabs={[
              { name: 'transcript', label: strings.transcript.label, panel: transcriptPane },
              { name: 'minutes', label: strings.minutes.title, panel: minutesPanel },
            ]}
          />
        )}
      </div>
      {playable && <PlayerBar player={player} state={playerState} gaps={meeting.ledger.gaps} />}
      <MeetingDialogs
        dialog={dialog}
        meeting={meeting}
        onClose={() => setDialog(undefined)}
        onDeleted={() => navigate('/')}
      />
    </div>
  );
});
