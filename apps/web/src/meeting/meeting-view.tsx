import { memo, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { MeetingDetail, Minutes, Segment } from '@hansard/protocol';
import { latePage } from '../app/late-page.tsx';
import { untilLoaded } from '../app/until-loaded.ts';
import { strings } from '../strings.ts';
import { say } from '../ui/toast-store.ts';
import { Tabs } from '../ui/tabs.tsx';
import { useKeys } from '../ui/use-keys.ts';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { DropTarget } from './documents/drop-target.tsx';
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
  /** Whether this page is told what happens in the meeting. */
  live: boolean;
  /** Takes in what a call answered with, without waiting for its event. */
  applySegments: (segments: readonly Segment[]) => void;
}

const wide = '(min-width: 60em)';

type SidePart = 'minutes' | 'documents' | 'ask';

const DocumentsPanel = latePage(() => untilLoaded(() => import('./documents/documents-panel.tsx')));
const MeetingAskPanel = latePage(() => untilLoaded(() => import('./ask/meeting-ask-panel.tsx')));

/** Memoised: it is drawn in small steps from deferred values, which a render in between leaves as they were. */
export const MeetingView = memo(function MeetingView(props: Props) {
  const { meeting, segments, announcedMinutes, offline, live, applySegments } = props;
  const [, navigate] = useLocation();
  const [dialog, setDialog] = useState<OpenDialog>();
  /** What a phone shows; and what a wide page shows beside the transcript. */
  const [part, setPart] = useState<'transcript' | SidePart>('transcript');
  const [sidePart, setSidePart] = useState<SidePart>('minutes');
  const [wishesToAsk, setWishesToAsk] = useState(0);
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

  function showPart(chosen: 'transcript' | SidePart) {
    setPart(chosen);
    if (chosen !== 'transcript') setSidePart(chosen);
  }

  function showLine(segmentId: string) {
    if (!starts.has(segmentId)) return say(strings.ask.lineGone);
    setPart('transcript');
    transcript.current?.showLine(segmentId);
  }

  useKeys({
    a: () => {
      showPart('ask');
      setWishesToAsk((wishes) => wishes + 1);
    },
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
  const sideParts = [
    {
      name: 'minutes' as const,
      label: strings.minutes.title,
      panel: (
        <MinutesPanel
          meeting={meeting}
          announced={announcedMinutes}
          sources={{ startOf: (segmentId) => starts.get(segmentId), open: showLine }}
        />
      ),
    },
    {
      name: 'documents' as const,
      label: strings.documents.title,
      panel: <DocumentsPanel meetingId={meeting.id} live={live} />,
    },
    {
      name: 'ask' as const,
      label: strings.ask.title,
      panel: (
        <MeetingAskPanel
          meetingId={meeting.id}
          offline={offline}
          openLine={({ segmentId }) => segmentId !== undefined && showLine(segmentId)}
          play={playable ? (startMs) => player.play(startMs) : null}
          wishes={wishesToAsk}
        />
      ),
    },
  ];

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
            <aside className={classes.side}>
              <Tabs label={strings.meeting.tabs} shown={sidePart} onShow={showPart} tabs={sideParts} />
            </aside>
          </>
        ) : (
          <Tabs
            label={strings.meeting.tabs}
            shown={part}
            onShow={showPart}
            tabs={[{ name: 'transcript', label: strings.transcript.label, panel: transcriptPane }, ...sideParts]}
          />
        )}
      </div>
      <DropTarget meetingId={meeting.id} onDrop={() => showPart('documents')} />
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
