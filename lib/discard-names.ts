import { foldedName } from './names/folded-name.ts';

/**
 * Names of folders into which people and programs put what they threw away, lost or made small, each without
 * spaces. No person is called so. Files with such names are pictures like others.
 */
const discardNames = [
  // Bins in English, as Samba, NAS boxes, mail programs and people write them.
  'recycle recycled recycler recyclebin recyclingbin smartrecycle networkrecyclebin trash trashbox',
  'trashcan trashbin garbage garbagebin wastebasket rubbish rubbishbin dustbin deleted',
  'deletedfiles deleteditems deletedmessages deletedphotos deletedpictures recentlydeleted',
  'tobedeleted todelete deleteme removed rejected spam junk quarantine virusvault infected',
  // German.
  'papierkorb mülleimer muelleimer müll muell abfall abfalleimer gelöscht gelöschte',
  'gelöschteelemente gelöschteobjekte gelöschtedateien gelöschtebilder gelöschtefotos',
  'geloeschteelemente zuletztgelöscht zulöschen zuloeschen quarantäne aussortiert ausschuss',
  // French, Italian, Spanish, Portuguese, Catalan, Galician, Basque, Romanian.
  'corbeille poubelle élémentssupprimés supprimés suppriméesrécemment supprimésrécemment',
  'àsupprimer quarantaine indésirables cestino spazzatura postaeliminata elementieliminati',
  'eliminati cancellati dacancellare daeliminare papelera papeleradereciclaje papelerareciclaje',
  'basura cesto cubodebasura elementoseliminados eliminados eliminadosrecientemente borrados',
  'borrar aborrar paraborrar lixeira lixo reciclagem cestodolixo itensexcluídos itenseliminados',
  'excluídos apagados paraexcluir paperera papereradereciclatge papeleira zakarrontzia',
  'birziklatzeontzia coșdereciclare coșdegunoi gunoi elementeșterse șterse',
  // Dutch, Swedish, Danish, Norwegian, Finnish, Icelandic, Estonian.
  'prullenbak prullenmand vuilnisbak afval verwijderd verwijderdeitems teverwijderen papperskorgen',
  'papperskorg soptunna skräp borttagnaobjekt raderade papirkurv papirkurven søppel søppelkurv',
  'søppelbøtte slettet slettede slettedeelementer roskakori poistetut ruslafata ruslakarfa ruslið',
  'prügikast kustutatud',
  // Polish to Azerbaijani, in Latin letters.
  'kosz kosznaśmieci śmietnik śmieci usunięte elementyusunięte koš kôš odpadkovýkoš odpadkovýkôš',
  'smazané odstraněné odstránené zmazané košzasmeće košzarecikliranje kantazasmeće korpazaotpatke',
  'smeće obrisano izbrisano izbrisane smetnjak smeti lomtár szemetes töröltelemek törölve atkritne',
  'miskaste šiukšlinė šiukšliadėžė koshiiriciklimit çöp çöpkutusu çöpsepeti geridönüşümkutusu',
  'silinenler silinmişöğeler zibilqutusu',
  // Cyrillic, Greek, Armenian, Georgian.
  'корзина мусор мусорка удаленное удалённое удаленные удалённые удалено наудаление',
  'недавноудаленные недавноудалённые кошик смітник видалене видалені сметніца кошче кошница',
  'изтрити корпазаотпатке отпад смеће кошара ђубре κάδος κάδοςανακύκλωσης κάδοςαπορριμμάτων',
  'απορρίμματα διαγραμμένα աղբաման ნაგვისყუთი სანაგვეურნა',
  // Hebrew, Arabic, Persian, Urdu.
  'סלהמיחזור סלמיחזור סלמחזור אשפה פחאשפה سلةالمحذوفات سلةالمهملات المحذوفات المهملات',
  'المحذوفةمؤخرا سطلبازیافت سطلزباله زبالهدان بازیافت حذفشده ریسائیکلبن ردیکیٹوکری',
  // India, Thailand, Cambodia.
  'रीसायकलबिन रीसाइकिलबिन रीसाइकलबिन कचरा कूड़ा कूड़ेदान ट्रैश हटाएगए রিসাইকেলবিন আবর্জনা ট্র্যাশ',
  'மறுசுழற்சிதொட்டி குப்பை రీసైకిల్బిన్ రీసైకిల్బిన్ રિસાયકલબિન ਰੀਸਾਈਕਲਬਿਨ റീസൈക്കിൾബിൻ ถังขยะ',
  'ถังรีไซเคิล ที่ลบล่าสุด ធុងសំរាម',
  // Vietnamese, Indonesian, Malay, Swahili, Welsh.
  'thùngrác đãxóa tempatsampah keranjangsampah tongsampah sampah basurahan tongkitarsemula barusandihapus',
  'dihapus pipalataka binailgylchu sbwriel',
  // Japanese, Chinese, Korean.
  'ゴミ箱 ごみ箱 くずかご 削除済み 削除済みアイテム 最近削除した項目 回收站 回收桶 回收筒 垃圾桶 垃圾箱 垃圾筒 垃圾 废纸篓 廢紙簍 資源回收筒 資源回收桶 已删除 已刪除',
  '已删除邮件 最近删除 最近刪除 휴지통 쓰레기통 삭제된항목 최근삭제된항목',
  // Finds of disk checks, recoveries and sync programs.
  'lostfound lostandfound lostdir recovered recoveredfiles conflict conflicts conflicted',
  'syncconflict syncconflicts',
  // Earlier versions and backups of whole disks.
  'snapshots previousversions fileversions backupsbackupdb systemvolumeinformation windowsold',
  // Small copies.
  'thumbs thumbnail thumbnails thumbcache previews ipodphotocache macosx vorschaubilder miniaturen',
  'miniatures miniaturas miniature миниатюры サムネイル 缩略图 縮圖',
].flatMap((line) => line.split(' '));

/** Words beside a bin's name that say which one it is. */
const besides: ReadonlySet<string> = new Set(
  'THE MY OLD NAS SERVER NETWORK NETZWERK SAMBA FOLDER ORDNER DOSSIER CARPETA CARTELLA PASTA MAP ARCHIV ARCHIVE PICTURES PHOTOS FOTOS BILDER IMAGES COPY KOPIE COPIE COPIA KOPIA'.split(
    ' ',
  ),
);
/** Words that say of whatever they stand beside that it was thrown away: `Jane Roe (deleted)`. */
const thrownAwayWords =
  'deleted gelöscht geloescht supprimé supprimée eliminado eliminada eliminato eliminata excluído excluída verwijderd raderad slettet usunięte usunięty smazáno удалено удалён удален удалена видалено silindi'.split(
    ' ',
  );

interface Discarded {
  readonly names: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
}
let discarded: Discarded | undefined;

/** Folds the names and words above, at their first use: functions start without. */
function foldDiscarded(): Discarded {
  discarded ??= {
    names: new Set(discardNames.map(foldedLetters)),
    words: new Set(thrownAwayWords.map(foldedLetters)),
  };
  return discarded;
}

/** End of a folder's name that a second one of that name gets, as `foldedLetters` writes it. */
const copyMark = /(COPY|KOPIE|COPIE|COPIA)?\d*$/;

/** Tells if a folder is called like those for what was thrown away, lost or made small. */
export function isDiscardFolder(name: string): boolean {
  const known = foldDiscarded();
  if (known.names.has(foldedLetters(name).replace(copyMark, ''))) return true;
  const words = foldedName(name)
    .split(/[^\p{L}\p{M}\p{N}]+/v)
    .filter((word) => word !== '');
  if (words.some((word) => known.words.has(word))) return true;
  const own = words.filter((word) => !besides.has(word) && !/^\d+$/.test(word));
  return known.names.has(own.join(''));
}

/** Returns a name without what differs between spellings: case, accents, width, spaces, dots, hyphens. */
function foldedLetters(name: string): string {
  return foldedName(name).replaceAll(/[^\p{L}\p{M}\p{N}]/gv, '');
}
