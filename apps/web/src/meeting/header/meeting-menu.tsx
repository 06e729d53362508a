import type { Meeting, Track } from '@hansard/protocol';
import { api } from '../../app/api.ts';
import { exportFormats } from '../../app/export-formats.ts';
import { strings } from '../../strings.ts';
import { Menu, MenuDownload, MenuItem, MenuSection } from '../../ui/menu.tsx';
import type { OpenDialog } from '../meeting-dialogs.tsx';

interface Props {
  meeting: Meeting;
  tracks: readonly Track[];
  openDialog: (dialog: OpenDialog) => void;
  onFind: () => void;
}

export function MeetingMenu({ meeting, tracks, openDialog, onFind }: Props) {
  const recordings = tracks.filter(({ kind, durable }) => kind !== 'captions' && durable > 0);
  return (
    <Menu label={strings.menu.label}>
      <MenuSection>
        {meeting.state === 'live' && (
          <MenuItem onClick={() => openDialog({ kind: 'end' })}>{strings.menu.end}</MenuItem>
        )}
        <MenuItem onClick={onFind}>{strings.menu.find}</MenuItem>
        <MenuItem onClick={() => openDialog({ kind: 'kind' })}>{strings.menu.kind}</MenuItem>
        <MenuItem onClick={() => openDialog({ kind: 'details' })}>{strings.menu.details}</MenuItem>
        <MenuItem onClick={() => openDialog({ kind: 'shortcuts' })}>{strings.menu.shortcuts}</MenuItem>
      </MenuSection>
      <MenuSection title={strings.menu.export}>
        {exportFormats.map((format) => (
          <MenuDownload key={format} href={api.exportUrl(meeting.id, format)}>
            {strings.menu.formats[format]}
          </MenuDownload>
        ))}
        {recordings.map(({ id, kind }, index) => (
          <MenuDownload key={id} href={api.audioUrl(meeting.id, id)}>
            {recordings.length === 1
              ? strings.menu.audio
              : strings.menu.audioOf(strings.details.kinds[kind], index + 1)}
          </MenuDownload>
        ))}
      </MenuSection>
      <MenuSection>
        <MenuItem danger onClick={() => openDialog({ kind: 'delete' })}>
          {strings.menu.delete}
        </MenuItem>
      </MenuSection>
    </Menu>
  );
}
