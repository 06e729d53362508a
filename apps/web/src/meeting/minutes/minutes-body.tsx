import type { ReactNode } from 'react';
import type { MinutesBody, MinutesItem } from '@hansard/protocol';
import { clock } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import { Sources, type SourceLinks } from './sources.tsx';
import classes from './minutes.module.css';

interface Props {
  body: MinutesBody;
  sources: SourceLinks;
}

export function MinutesBodyView({ body, sources }: Props) {
  return (
    <>
      <Section title={strings.minutes.summary} items={body.summary} sources={sources} />
      <Section
        title={strings.minutes.actions}
        items={body.actionItems}
        sources={sources}
        renderBefore={({ owner }) => owner !== null && <strong>{owner}: </strong>}
        renderAfter={({ due }) => due !== null && <span className={classes.due}> {strings.minutes.due(due)}</span>}
      />
      <Section title={strings.minutes.decisions} items={body.decisions} sources={sources} />
      <Section title={strings.minutes.questions} items={body.openQuestions} sources={sources} />
      <Section
        title={strings.minutes.topics}
        items={body.topics}
        sources={sources}
        renderAfter={({ startMs, endMs }) => (
          <span className={classes.span}>
            {' '}
            {clock(startMs)}–{clock(endMs)}
          </span>
        )}
      />
    </>
  );
}

interface SectionProps<Item extends MinutesItem> {
  title: string;
  items: readonly Item[];
  sources: SourceLinks;
  renderBefore?: (item: Item) => ReactNode;
  renderAfter?: (item: Item) => ReactNode;
}

function Section<Item extends MinutesItem>({ title, items, sources, renderBefore, renderAfter }: SectionProps<Item>) {
  if (items.length === 0) return null;
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>{title}</h3>
      <ul className={classes.items}>
        {items.map((item) => (
          <li key={`${item.segmentIds[0]}-${item.text}`}>
            {renderBefore?.(item)}
            {item.text}
            {renderAfter?.(item)}
            {item.stale && (
              <span className={classes.stale} title={strings.minutes.staleHint}>
                {strings.minutes.stale}
              </span>
            )}
            <Sources ids={item.segmentIds} links={sources} />
          </li>
        ))}
      </ul>
    </section>
  );
}
