import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { MemoryHistory } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import { plotOptions, toData, type Drawn, type Thresholds } from './plot-options.ts';
import { Readout } from './readout.tsx';
import classes from './graph.module.css';

interface Props {
  history: MemoryHistory;
  thresholds: Thresholds;
}

const leastHeight = 260;
const mostHeight = 320;

/**
 * Each signal over time, with the bands of the levels. What is under the pointer, or chosen by arrows, is read out. Another
 * range, or another set of signals, is another plot: give it another key.
 */
export function MemoryGraph({ history, thresholds }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const drawn = useRef<Drawn>({ history, thresholds });
  const [at, setAt] = useState<number | null>(null);

  useEffect(() => {
    drawn.current = { history, thresholds };
    plot.current?.setData(toData(history));
  }, [history, thresholds]);

  useEffect(() => {
    const element = host.current!;
    const made = new UPlot(
      plotOptions(() => drawn.current, setAt),
      toData(drawn.current.history),
      element,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => {
      const { clientWidth: width } = element;
      made.setSize({ width, height: Math.min(mostHeight, Math.max(leastHeight, Math.round(width * 0.4))) });
    });
    resize.observe(element);
    const recolour = new MutationObserver(() => made.redraw(false));
    recolour.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    return () => {
      resize.disconnect();
      recolour.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    const made = plot.current;
    if (step === undefined || !made) return;
    event.preventDefault();
    const last = history.level.length - 1;
    const next = Math.min(last, Math.max(0, (at ?? last) + step));
    const left = made.valToPos(made.data[0][next]!, 'x');
    made.setCursor({ left, top: made.over.clientHeight / 2 });
  }

  return (
    <>
      <Readout history={history} at={at} />
      <div
        ref={host}
        className={classes.plot}
        role="group"
        tabIndex={0}
        aria-label={strings.operations.graphLabel}
        onKeyDown={onKeyDown}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      />
    </>
  );
}
