import type { MemoryState } from '@hansard/protocol';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import page from './operations.module.css';
import classes from './responses.module.css';

const words = strings.operations;

/** What is done about it: how hard each response acts, and what is off. */
export function Responses({ responses, features }: Pick<MemoryState, 'responses' | 'features'>) {
  return (
    <Card title={words.responses}>
      <dl className={classes.responses}>
        {responses.map(({ name, strength }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span className={classes.track} aria-hidden="true">
                <span style={{ width: `${strength * 100}%` }} />
              </span>
              <span className={classes.value}>{words.strength(Math.round(strength * 100))}</span>
            </dd>
          </div>
        ))}
      </dl>
      <h3 className={page.sub}>{words.features}</h3>
      <ul className={`${page.list} ${classes.features}`}>
        {features.map(({ name, on, offAt }) => (
          <li key={name} data-off={on ? undefined : true}>
            <span>{name}</span>
            <small>{words.offAt(words.levels[offAt].toLowerCase())}</small>
            <strong>{on ? words.on : words.off}</strong>
          </li>
        ))}
      </ul>
    </Card>
  );
}
