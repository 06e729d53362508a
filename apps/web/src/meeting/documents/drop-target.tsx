import { untilLoaded } from '../../app/until-loaded.ts';
import { strings } from '../../strings.ts';
import { useFileDrop } from './use-file-drop.ts';
import classes from './documents.module.css';

interface Props {
  meetingId: string;
  /** Files were dropped: show what becomes of them. */
  onDrop: () => void;
}

/** Makes the whole page of a meeting take files. What sends them is loaded with the first. */
export function DropTarget({ meetingId, onDrop }: Props) {
  const over = useFileDrop((dropped) => {
    onDrop();
    void untilLoaded(() => import('./add-documents.ts')).then(({ addDocuments }) => addDocuments(meetingId, dropped));
  });
  return over && <div className={classes.over}>{strings.documents.dropNow}</div>;
}
