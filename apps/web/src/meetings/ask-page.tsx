import { useLocation } from 'wouter';
import { AskPanel } from '../meeting/ask/ask-panel.tsx';
import { strings } from '../strings.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import classes from './ask-page.module.css';

/** Asks all meetings at once. A spoken line opens in its meeting, where it can be played. */
export default function AskPage() {
  const [, navigate] = useLocation();
  usePageTitle(strings.meetings.askAll);
  return (
    <div className={classes.page}>
      <AskPanel
        meetingId={null}
        heading="h1"
        title={strings.meetings.askAll}
        what={strings.ask.whatAll}
        suggestions={strings.ask.suggestionsAll}
        offline={false}
        openLine={({ meetingId, segmentId }) => navigate(`/m/${meetingId}?line=${segmentId}`)}
        play={null}
      />
    </div>
  );
}
