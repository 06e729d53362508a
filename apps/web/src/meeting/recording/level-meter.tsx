import { useEffect, useRef } from 'react';
import { strings } from '../../strings.ts';
import classes from './recording.module.css';

/** Moves by itself, past React: sixty renders a second would be a waste. */
export function LevelMeter({ level }: { level: () => number }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      if (bar.current) bar.current.style.transform = `scaleX(${Math.min(1, level()).toFixed(3)})`;
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [level]);
  return (
    <span className={classes.meter} role="img" aria-label={strings.recorder.level}>
      <span ref={bar} className={classes.meterBar} />
    </span>
  );
}
