import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import classes from './tabs.module.css';

interface Props<Name extends string> {
  label: string;
  tabs: readonly { name: Name; label: string; panel: ReactNode }[];
  shown: Name;
  onShow: (name: Name) => void;
}

/**
 * Tabs as ARIA describes them: arrows move between them. A panel is mounted when it is first shown. It then
 * stays, and keeps its size and place while it is hidden: a list in it can be scrolled to what is to be shown next.
 */
export function Tabs<Name extends string>({ label, tabs, shown, onShow }: Props<Name>) {
  const list = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<ReadonlySet<Name>>(() => new Set([shown]));
  if (!seen.has(shown)) setSeen(new Set([...seen, shown]));

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = tabs.findIndex(({ name }) => name === shown);
    const next = (at + step + tabs.length) % tabs.length;
    onShow(tabs[next]!.name);
    list.current?.querySelectorAll('button')[next]?.focus();
  }

  return (
    <div className={classes.tabs}>
      <div ref={list} role="tablist" aria-label={label} className={classes.list} onKeyDown={onKeyDown}>
        {tabs.map(({ name, label }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-controls={`panel-${name}`}
            aria-selected={name === shown}
            tabIndex={name === shown ? 0 : -1}
            onClick={() => onShow(name)}
          >
            {label}
          </button>
        ))}
      </div>
      <div className={classes.panels}>
        {tabs.map(({ name, panel }) => (
          <div
            key={name}
            role="tabpanel"
            id={`panel-${name}`}
            aria-labelledby={`tab-${name}`}
            data-shown={name === shown || undefined}
            className={classes.panel}
          >
            {seen.has(name) && panel}
          </div>
        ))}
      </div>
    </div>
  );
}
