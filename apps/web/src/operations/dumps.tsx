import { useState } from 'react';
import { Button } from '@mantine/core';
import { api, explain } from '../app/api.ts';
import { strings } from '../strings.ts';
import { Card } from './card.tsx';
import classes from './operations.module.css';

const words = strings.operations.dumps;
const profileSeconds = 10;

type Kind = 'snapshot' | 'profile';

const take: Record<Kind, () => ReturnType<typeof api.takeHeapSnapshot>> = {
  snapshot: () => api.takeHeapSnapshot(),
  profile: () => api.takeAllocationProfile(profileSeconds),
};

/** Files for who wants to know what exactly is there. One at a time. */
export function Dumps() {
  const [taking, setTaking] = useState<Kind>();
  const [error, setError] = useState<string>();

  async function download(kind: Kind) {
    setTaking(kind);
    setError(undefined);
    try {
      const { content, fileName } = await take[kind]();
      save(content, fileName);
    } catch (reason) {
      setError(explain(reason));
    } finally {
      setTaking(undefined);
    }
  }

  return (
    <Card title={words.title}>
      <p className={classes.soft}>
        {words.what} {words.snapshotWhat}
      </p>
      <div className={classes.buttons}>
        {(['snapshot', 'profile'] as const).map((kind) => (
          <Button
            key={kind}
            variant="default"
            loading={taking === kind}
            disabled={taking !== undefined && taking !== kind}
            onClick={() => void download(kind)}
          >
            {kind === 'snapshot' ? words.snapshot : words.profile(profileSeconds)}
          </Button>
        ))}
      </div>
      <div role="status">
        {taking !== undefined && <p className={classes.soft}>{words.taking}</p>}
        {error !== undefined && <p className={classes.error}>{error}</p>}
      </div>
    </Card>
  );
}

function save(content: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
