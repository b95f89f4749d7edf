import { describe, expect, it } from 'vitest';
import { foreignFolder, systemFile, systemFolder, systemPath } from '../lib/system-names.ts';

const folders = [
  ...['#recycle', '#Recycle', '#snapshot', '@eaDir', '@EADIR', '@Recycle', '@Recently-Snapshot', '.@__thumb'],
  ...['$RECYCLE.BIN', '$Recycle.Bin', 'RECYCLER', 'Recycled', 'System Volume Information', '.Trash-1000'],
  ...['.Trashes', '.Trash', '.Spotlight-V100', '.fseventsd', 'lost+found', 'LOST+FOUND', '#lost+found'],
  ...['__MACOSX', '.thumbnails', '.stversions', '.stfolder', '.sync', '.dropbox.cache', '.git', '.snapshot'],
  ...['.snapshots', '~snapshot', '.zfs', '.recycle', '.Recycle.Bin', 'Network Trash Folder', '.AppleDouble'],
  ...['Network Recycle Bin 1', 'Recycle Bin', 'Trash', 'trashbox', '@tmp', '@GMT-2026.01.31-12.00.00'],
  ...['found.000', 'Temporary Items', 'TheVolumeSettingsFolder', '.TemporaryItems', '.rsync-partial'],
  ...[
    '_recycle',
    'recycle_bin',
    'Recycle-Bin',
    'RecycleBin',
    'Trash Box',
    'Deleted Items',
    '_deleted',
    'Deleted',
  ],
  ...['Papierkorb', 'Gelo\u0308schte Elemente', 'Corbeille', 'Cestino', 'Papelera de reciclaje', 'Lixeira'],
  ...[
    'Prullenbak',
    'Корзина',
    'ゴミ箱',
    '回收站',
    'LOST.DIR',
    'Recovered Files',
    'Previous Versions',
    'ＲＥＣＹＣＬＥＲ',
  ],
  ...['Backups.backupdb', 'thumbnails', 'Snapshots', '.Recycled'],
  ...[
    'Kosz',
    'Koš',
    'Basura',
    'Poubelle',
    'Mülleimer',
    'Кошница',
    'Κάδος',
    'סל מיחזור',
    'المهملات',
    'سطل زباله',
  ],
  ...['回收桶', '垃圾箱', '쓰레기통', 'ถังรีไซเคิล', 'रीसाइकल बिन', 'மறுசுழற்சி தொட்டி', 'Keranjang Sampah'],
  ...[
    'Thumbs',
    'sync.conflict',
    'Quarantine',
    'to delete',
    'zu löschen',
    'à supprimer',
    'a borrar',
    'Rejected',
  ],
  ...['NAS Trash', 'Recycle Bin Folder', 'Archiv gelöscht', 'old_trash', 'hourly.0', 'Papelera (Kopie)'],
  ...['Jane Roe (deleted)', 'Jane_Roe_gelöscht', 'Jane Roe - supprimé', 'Джейн Роу удалено'],
  // As a system or a person writes it who has no such letters, and in capitals.
  ...[
    'GERİ DÖNÜŞÜM KUTUSU',
    'ÇÖP KUTUSU',
    'ΚΑΔΟΣ ΑΝΑΚΥΚΛΩΣΗΣ',
    'Geloscht',
    'Elements supprimes',
    'УДАЛЁННЫЕ',
  ],
  ...['Geloeschte Elemente', 'SİLİNMİŞ ÖĞELER', 'Koš za smeće', 'Tempat Sampah', 'ถังขยะ'],
  ...['Corbeille (2)', 'Trash 2', 'Trash copy', 'Papierkorb - Kopie', 'Deleted Items 3'],
  ...['#recycle (2)', '@anything', '#anything', '$anything', '~anything', '.anything', '.tmp-1', ' #recycle'],
];
const files = [
  ...[
    '._a.jpg',
    '.DS_Store',
    'Thumbs.db',
    'THUMBS.DB',
    'ehthumbs.db',
    'desktop.ini',
    'WPSettings.dat',
    'Icon\r',
    '.a.jpg.icloud',
  ],
  ...[
    '.trashed-1700000000-IMG_1.jpg',
    '~$list.docx',
    '~syncthing~a.jpg.tmp',
    '.syncthing.a.jpg.tmp',
    '.nomedia',
  ],
  ...['SYNOPHOTO_THUMB_XL.jpg', 'SYNOFILE_THUMB_M.png', 'SYNOVIDEO_THUMB_S.jpg'],
  ...['.nfs000000001', '.fuse_hidden0001', '.hidden.jpg', '_sync_1a2b.db', '.~lock.a.odt#'],
];
const people = [
  ...[
    'Jane Roe',
    '7',
    'Zoë Müller',
    'a+b & c=d',
    '100% #1?',
    'Trasha Bin',
    'Mr. Recycle',
    'Snapshot',
    'Sync',
  ],
  ...[
    'Git',
    'Old',
    'Recyclerson',
    'Kosza',
    'Mary Trash',
    'Nas',
    'Archive',
    'Deletedova',
    'Lost',
    'Foundation',
    "'t Hooft",
    '-1',
    '(unknown)',
    '_Smith',
    '*Star',
  ],
  ...[
    '"Bugs" Moran',
    'Ærø',
    'ひと',
    'أحمد',
    'O\u2019Neill',
    'J. Roe @ door 7',
    'Roe #2',
    'Ke$ha',
    '%41%2F',
    '!Xóõ',
  ],
];
const pictures = ['a.jpg', '#1.jpg', '@home.jpg', '$1.jpg', '~a.jpg', '-a.jpg', 'größe.JPG', 'no extension'];

describe('names that systems make', () => {
  it.each(folders)('passes over a folder called %j', (name) => {
    expect(systemFolder(name)).toBeDefined();
  });

  it('knows a folder of the service itself that is called like a bin', () => {
    expect(foreignFolder('Papierkorb')).toBeUndefined();
    expect(foreignFolder('lost+found')).toBeDefined();
  });

  it.each(files)('passes over a file called %j', (name) => {
    expect(systemFile(name)).toBeDefined();
  });

  it.each(people)("takes a person's folder called %j", (name) => {
    expect(systemFolder(name)).toBeUndefined();
  });

  it.each(pictures)('takes a picture called %j', (name) => {
    expect(systemFile(name)).toBeUndefined();
  });

  it('finds them at any depth, and tells a folder from a file', () => {
    const labelOf = (path: string) => systemPath(path.split('/'))?.label;
    expect(labelOf('#recycle/Jane Roe/a.jpg')).toBe('#recycle');
    expect(labelOf('Jane Roe/old/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg')).toBe('@eaDir');
    expect(labelOf('Jane Roe/Thumbs.db')).toBe('Thumbs.db');
    expect(labelOf('Jane Roe/#1.jpg')).toBeUndefined();
    expect(labelOf('Jane Roe/#1/a.jpg')).toBe('folders whose names begin with "#"');
    expect(labelOf('Jane Roe/old/a.jpg')).toBeUndefined();
  });

  it('does not tell a name that is in no list: it may be a person’s', () => {
    expect(systemFolder('@jane.roe')?.label).not.toContain('jane');
    for (const name of ['.jane.roe.jpg', '._jane.jpg', '.trashed-1-jane.jpg', '~$jane.docx']) {
      expect(systemFile(name)?.label).toBeDefined();
      expect(systemFile(name)?.label).not.toContain('jane');
    }
  });
});
