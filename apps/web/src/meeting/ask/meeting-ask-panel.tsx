import { useQuery } from '@tanstack/react-query';
import type { Citation } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import { documentsQuery } from '../documents/documents-query.ts';
import { AskPanel } from './ask-panel.tsx';

interface Props {
  meetingId: string;
  offline: boolean;
  openLine: (citation: Citation) => void;
  play: ((startMs: number) => void) | null;
  wishes: number;
}

/** Asks the meeting that is shown. */
export default function MeetingAskPanel(props: Props) {
  const { data: documents = [] } = useQuery(documentsQuery(props.meetingId));
  const ready = documents.find(({ state }) => state === 'ready');
  const suggestions = [...strings.ask.suggestions, ...(ready ? [strings.ask.suggestionOf(ready.name)] : [])];
  return (
    <AskPanel heading="h2" title={strings.ask.title} what={strings.ask.what} suggestions={suggestions} {...props} />
  );
}
