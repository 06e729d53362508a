import { Skeleton } from '@mantine/core';
import { strings } from '../strings.ts';
import { VisuallyHidden } from '../ui/visually-hidden.tsx';
import classes from './meeting-list.module.css';

const rows = [62, 45, 70, 38, 55, 48];

export function ListSkeleton() {
  return (
    <div aria-busy="true">
      <VisuallyHidden role="status">{strings.common.loading}</VisuallyHidden>
      {rows.map((width) => (
        <div key={width} className={classes.row}>
          <Skeleton height={18} width={`${width}%`} mb={10} />
          <Skeleton height={12} width="30%" />
        </div>
      ))}
    </div>
  );
}
