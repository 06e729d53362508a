import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from '@mantine/core';
import type { Citation } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import { PanelHead } from '../panel.tsx';
import { conversationWith } from './conversations.ts';
import { ExchangeView } from './exchange-view.tsx';
import { QuestionBox } from './question-box.tsx';
import type { SourceActions } from './source-actions.ts';
import { SourceDialog } from './source-dialog.tsx';
import classes from './ask.module.css';

interface Props {
  /** Null: all of them. */
  meetingId: string | null;
  heading: 'h1' | 'h2';
  title: string;
  what: string;
  suggestions: readonly string[];
  offline: boolean;
  /** Shows a line that was spoken. */
  openLine: (citation: Citation) => void;
  play: ((startMs: number) => void) | null;
  /** Counts the wishes to type a question. */
  wishes?: number;
}

export function AskPanel({ meetingId, heading, title, what, suggestions, offline, wishes = 0, ...links }: Props) {
  const conversation = conversationWith(meetingId);
  const exchanges = useSyncExternalStore(conversation.subscribe, conversation.getSnapshot);
  const [shown, setShown] = useState<Citation>();
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const last = exchanges.at(-1);
  const answering = exchanges.some(({ state }) => state === 'answering');

  useEffect(() => {
    if (wishes > 0) field.current?.focus();
  }, [wishes]);
  // The newest question at the top, its answer below it.
  useEffect(() => {
    if (last?.id !== undefined) list.current?.lastElementChild?.scrollIntoView({ block: 'start', behavior: 'smooth' });
  }, [last?.id]);

  const latest = useRef(links);
  useEffect(() => {
    latest.current = links;
  });
  const playable = links.play !== null;
  // Exchanges are memoised: what they are given must stay the same from one render to the next.
  const actions = useMemo<SourceActions>(
    () => ({
      open: (citation) => (citation.documentId === undefined ? latest.current.openLine(citation) : setShown(citation)),
      play: playable ? (startMs) => latest.current.play?.(startMs) : null,
    }),
    [playable, setShown],
  );

  function ask(question: string) {
    conversation.ask(question);
    field.current?.focus();
  }

  return (
    <section className={classes.panel} aria-label={title}>
      <PanelHead
        title={title}
        heading={heading}
        action={
          exchanges.length > 0 && (
            <Button size="compact-sm" variant="subtle" onClick={() => conversation.clear()}>
              {strings.ask.clear}
            </Button>
          )
        }
      />
      {/* What scrolls must be reachable by keyboard. */}
      <div className={classes.scroller} tabIndex={0} role="region" aria-label={strings.ask.history}>
        {exchanges.length === 0 ? (
          <div className={classes.empty}>
            <p>{what}</p>
            <p className={classes.soft}>{strings.ask.suggestionsLabel}</p>
            <ul className={classes.suggestions}>
              {suggestions.map((suggestion) => (
                <li key={suggestion}>
                  <button type="button" disabled={offline} onClick={() => ask(suggestion)}>
                    {suggestion}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ) : (
          <ol ref={list} className={classes.exchanges}>
            {exchanges.map((exchange) => (
              <ExchangeView
                key={exchange.id}
                exchange={exchange}
                heading={heading === 'h1' ? 'h2' : 'h3'}
                nameMeetings={meetingId === null}
                actions={actions}
                onRetry={conversation.retry}
              />
            ))}
          </ol>
        )}
      </div>
      <VisuallyHidden role="status">
        {answering && strings.ask.looking}
        {last?.state === 'answered' && strings.ask.answered}
      </VisuallyHidden>
      {offline && <p className={classes.offline}>{strings.ask.offline}</p>}
      <QuestionBox field={field} answering={answering} disabled={offline} onAsk={ask} onStop={conversation.stop} />
      {shown && isOfDocument(shown) && (
        <SourceDialog citation={shown} linkMeeting={meetingId === null} onClose={() => setShown(undefined)} />
      )}
    </section>
  );
}

function isOfDocument(citation: Citation): citation is Citation & { documentId: string; documentName: string } {
  return citation.documentId !== undefined && citation.documentName !== undefined;
}
