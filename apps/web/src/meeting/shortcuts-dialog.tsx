import { strings } from '../strings.ts';
import { Dialog } from '../ui/dialog.tsx';
import classes from './shortcuts-dialog.module.css';

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={strings.shortcuts.title} onClose={onClose}>
      <dl className={classes.list}>
        {strings.shortcuts.list.map(({ keys, does }) => (
          <div key={keys} className={classes.item}>
            <dt>
              {keys.split(' / ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
