import { memo } from 'react';
import { Button } from '@mantine/core';
import { strings } from '../../strings.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { CopyIcon } from '../../ui/icons.tsx';
import { say } from '../../ui/toast-store.ts';
import { AnswerText } from './answer-text.tsx';
import { asPlainText } from './citation-label.ts';
import type { Exchange } from './conversation.ts';
import type { SourceActions } from './source-actions.ts';
import { SourceList } from './source-list.tsx';
import classes from './ask.module.css';

/** What the server calls the engine that quotes. */
const quoting = 'quotes';

interface Props {
  exchange: Exchange;
  /** Of the question: one below the heading of the whole. */
  heading: 'h2' | 'h3';
  nameMeetings: boolean;
  actions: SourceActions;
  onRetry: (id: number) => void;
}

export const ExchangeView = memo(function ExchangeView(props: Props) {
  const { exchange, heading: Question, nameMeetings, actions, onRetry } = props;
  const { id, question, state, text, reply, problem } = exchange;
  const quoted = reply !== null && reply.answered && reply.engine === quoting;
  const citations = reply?.citations ?? [];

  return (
    <li className={classes.exchange}>
      <Question className={classes.question}>{question}</Question>
      {quoted && <p className={classes.note}>{reply.fallbackReason ?? strings.ask.quotes}</p>}
      {/* Quotes are the sources themselves. */}
      {!quoted && text !== '' && (
        <div className={classes.answer} data-unanswered={reply?.answered === false || undefined}>
          <AnswerText text={text} citations={citations} writing={state === 'answering'} onOpen={actions.open} />
        </div>
      )}
      {state === 'answering' && (
        <p className={classes.soft} data-writing>
          {text === '' ? strings.ask.looking : strings.ask.answering}
        </p>
      )}
      {citations.length > 0 && <SourceList citations={citations} nameMeetings={nameMeetings} actions={actions} />}
      {state === 'stopped' && <p className={classes.soft}>{strings.ask.stopped}</p>}
      {state === 'failed' && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      {(state === 'failed' || state === 'stopped') && (
        <Button size="compact-sm" variant="default" className={classes.again} onClick={() => onRetry(id)}>
          {strings.ask.again}
        </Button>
      )}
      {reply?.answered && (
        <div className={classes.foot}>
          {!quoted && <p className={classes.soft}>{strings.ask.by(reply.engine)}</p>}
          <IconButton label={strings.ask.copy} onClick={() => void copy(asPlainText(reply))}>
            <CopyIcon />
          </IconButton>
        </div>
      )}
    </li>
  );
});

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(strings.ask.copied);
  } catch {
    // Refused, or there is no clipboard: the page came over plain HTTP.
    say(strings.ask.notCopied);
  }
}
