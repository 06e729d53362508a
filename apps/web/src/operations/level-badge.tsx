import type { MemoryLevel } from '@hansard/protocol';
import { strings } from '../strings.ts';
import classes from './level-badge.module.css';

/** A level by its name, in its colour. */
export function LevelBadge({ level, isLarge = false }: { level: MemoryLevel; isLarge?: boolean }) {
  return (
    <span className={classes.badge} data-level={level} data-large={isLarge || undefined}>
      {strings.operations.levels[level]}
    </span>
  );
}
