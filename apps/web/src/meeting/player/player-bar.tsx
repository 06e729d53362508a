import { NativeSelect } from '@mantine/core';
import type { Ledger } from '@hansard/protocol';
import { clock } from '../../format/time.ts';
import { strings } from '../../strings.ts';
import { PauseIcon, PlayIcon } from '../../ui/icons.tsx';
import type { Player, PlayerState } from './player.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import classes from './player.module.css';

const rates = [0.75, 1, 1.25, 1.5, 2];

interface Props {
  player: Player;
  state: PlayerState;
  gaps: Ledger['gaps'];
}

export function PlayerBar({ player, state: { playing, timeMs, endMs, rate, failed }, gaps }: Props) {
  return (
    <section className={classes.bar} aria-label={strings.player.label}>
      <IconButton
        look="filled"
        label={playing ? strings.player.pause : strings.player.play}
        onClick={() => (playing ? player.pause() : player.play())}
      >
        {playing ? <PauseIcon /> : <PlayIcon />}
      </IconButton>
      <time className={classes.time}>{clock(timeMs)}</time>
      <div className={classes.seek}>
        <div className={classes.groove} aria-hidden="true">
          <span className={classes.played} style={{ width: percent(timeMs, endMs) }} />
          {gaps.map(({ trackId, startMs, endMs: gapEndMs }) => (
            <span
              key={`${trackId}-${startMs}`}
              className={classes.gap}
              style={{ left: percent(startMs, endMs), width: percent(gapEndMs - startMs, endMs) }}
            />
          ))}
        </div>
        <input
          type="range"
          className={classes.range}
          min={0}
          max={Math.max(1, endMs)}
          step={1000}
          value={timeMs}
          aria-label={strings.player.seek}
          aria-valuetext={strings.player.position(clock(timeMs), clock(endMs))}
          onChange={(event) => player.seek(event.currentTarget.valueAsNumber)}
        />
      </div>
      <time className={classes.time}>{clock(endMs)}</time>
      <NativeSelect
        size="xs"
        className={classes.rate}
        aria-label={strings.player.speed}
        value={String(rate)}
        data={rates.map((each) => ({ value: String(each), label: `${each}×` }))}
        onChange={(event) => player.setRate(Number(event.currentTarget.value))}
      />
      {failed && (
        <p role="alert" className={classes.failed}>
          {strings.player.failed}
        </p>
      )}
    </section>
  );
}

function percent(part: number, whole: number): string {
  return `${whole > 0 ? Math.min(100, (100 * part) / whole) : 0}%`;
}
