import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

const pictures = (count: number) =>
  plural(count, {
    zero: 'لا صور',
    one: 'صورة واحدة',
    two: 'صورتان',
    few: '# صور',
    many: '# صورة',
    other: '# صورة',
  });

/** Names pictures after a verb or a noun. */
const ofPictures = (count: number) =>
  plural(count, {
    one: 'صورة واحدة',
    two: 'صورتين',
    few: '# صور',
    many: '# صورة',
    other: '# صورة',
  });

const persons = (count: number) =>
  plural(count, {
    zero: 'لا أحد',
    one: 'شخص واحد',
    two: 'شخصان',
    few: '# أشخاص',
    many: '# شخصًا',
    other: '# شخص',
  });

export const importing: Texts['importing'] = {
  title: 'استيراد أشخاص',
  lead: 'أضف أشخاصًا كثيرين دفعة واحدة. يُعرض ما سيحدث قبل إرسال أي شيء.',
  folderHint: 'مجلد فيه مجلد لكل شخص: اسم المجلد هو اسم الشخص، والملفات التي فيه هي الصور.',
  tableHint: 'أو جدول (CSV) بالأعمدة name وreason وfiles، يُختار مع الصور التي يذكرها.',
  largestFace: 'يؤخذ أكبر وجه في كل صورة.',
  chooseFolder: 'اختيار مجلد',
  chooseTable: 'اختيار جدول وصور',
  severalTables: (names) => `اختر جدولًا واحدًا في كل مرة. هذه عدة جداول: ${names}.`,
  reading: 'جارٍ قراءة الملفات …',
  found: (people, count) => `وُجد: ${persons(people)}، للإرسال: ${pictures(count)}.`,
  addToListed: (count) =>
    plural(count, {
      one: 'شخص واحد مدرج بالاسم نفسه: إضافة الصور إلى قيده',
      two: 'شخصان مدرجان بالاسم نفسه: إضافة الصور إلى قيديهما',
      few: '# أشخاص مدرجون بالاسم نفسه: إضافة الصور إلى قيودهم',
      many: '# شخصًا مدرجون بالاسم نفسه: إضافة الصور إلى قيودهم',
      other: '# شخص مدرجون بالاسم نفسه: إضافة الصور إلى قيودهم',
    }),
  progressLabel: 'الصور المرسلة',
  progress: (done, count) => `تم ${number(done)} من ${ofPictures(count)}`,
  start: (count) => `إرسال ${ofPictures(count)}`,
  stop: 'إيقاف',
  goOn: (count) => `إرسال ما لم يُرسل: ${pictures(count)}`,
  chooseOthers: 'اختيار ملفات أخرى',
  report: 'تقرير بصيغة CSV',
  result: (people, added) => `المدرجون: ${persons(people)}، والصور المضافة: ${pictures(added)}.`,
  thereAlready: (count) => `موجود من قبل: ${pictures(count)}.`,
  notTaken: (count) => `لم يُقبل: ${pictures(count)}.`,
  notSent: (count) => `لم يُرسل بعد: ${pictures(count)}.`,
  heldBack: (count) => `حُجز للنظر فيه أدناه: ${pictures(count)}.`,
  lookAlikes: (people) => `يشبهون من أُدرج من قبل: ${persons(people)}.`,
  unmatched: (people) => `قيودهم موقوفة أو منتهية فلا يطابقها أحد: ${persons(people)}.`,

  people: 'الأشخاص المراد إدراجهم',
  pictures: 'الصور',
  remarks: 'ملاحظات',
  addedOf: (added, count) => `أضيف ${number(added)} من ${ofPictures(count)}`,
  listedAlready: 'مدرج بهذا الاسم من قبل: تُرك.',
  outOfForceAlready: 'يوجد قيد بهذا الاسم، لكنه موقوف أو منتهٍ فلا يطابقه أحد: تُرك.',
  addedToListed: 'مدرج بهذا الاسم من قبل: تضاف الصور إلى قيده.',
  listedMeanwhile: 'أدرج شخص آخر هذا الاسم في هذه الأثناء. لإضافة الصور إلى قيده، اختر الملفات من جديد.',
  nearlyListed: (name) => `هناك شخص مدرج باسم يكاد يكون نفسه: ${name}.`,
  looksLike: (names) => `يشبه ${names}، مدرج من قبل.`,
  unwanted: 'تركتَه أنت.',
  reasonStays: 'لا يؤخذ السبب من الجدول: يبقى سبب القيد كما هو.',
  nearlySame: (names) => `في هذه الملفات أيضًا اسم يكاد يكون نفسه: ${names}.`,
  samePicture: (names) => `هي الصورة نفسها التي لدى ${names}.`,
  unlike: (similarity) => `لا تشبه صور الشخص الأخرى: التشابه ${similarity}.`,
  agreeing: (count, names) => `الصور المتفقة على الشخص: ${pictures(count)}. المختلفة: ${names}.`,
  noneAgree: (taken, names) => `لا تتفق صورتان على الشخص. أُخذت: ${taken}. المختلفة: ${names}.`,
  joinedFolders: (count) =>
    `عدد المجلدات بهذا الاسم، عدا مسافات أو محارف غير مرئية: ${number(count)}. تُعدّ شخصًا واحدًا.`,
  tied: (count, names, taken) =>
    `تعادل: عدد الصور المتفقة على من هو ${number(count)}، ومثلها متفقة على شخص آخر: ${names}. اعتُمدت الأولى: ${taken}.`,
  agreeingUnusable: 'تختلف عن الصور المتفقة، ولم يمكن استخدام أي منها.',
  sendHeld: 'هو هذا الشخص: أرسلها مع ذلك',
  states: {
    waiting: 'لم تُرسل.',
    sending: 'جارٍ الإرسال …',
    added: 'أضيفت.',
    there: 'موجودة من قبل.',
    held: 'حُجزت.',
    refused: 'لم تُقبل.',
    failed: 'لم تُرسل.',
  },
  columns: {
    name: 'الاسم',
    file: 'الملف',
    result: 'النتيجة',
    remarks: 'ملاحظات',
    looksLike: 'يشبه',
  },

  leftOut: 'ما تُرك',
  row: (row) => `الصف ${row}`,
  leftOutReasons: {
    'not-in-folder': 'ليس في مجلد شخص.',
    'too-deep': 'موجود في مجلد داخل مجلد شخص.',
    'no-name': 'اسم المجلد ليس اسمًا من 1 إلى 100 حرف.',
    'damaged-name': 'أتلف برنامج اسم المجلد. أعد تسميته.',
    empty: 'الملف فارغ.',
    'no-picture': 'ليس صورة.',
    'too-large': 'حجم الملف أكبر من 100 ميغابايت.',
    unreadable: 'تعذرت قراءة الملف.',
    'not-there': 'لم تُختر الصورة.',
    'not-in-table': 'لا يذكره الجدول.',
    'nameless-row': 'ليس في صفه من الجدول اسم من 1 إلى 100 حرف.',
    twice: 'يذكره الجدول مرتين لهذا الشخص.',
  },
  passedOver: (count) =>
    plural(count, {
      one: 'ملف واحد أنشأه نظام لنفسه أو موجود في سلة المهملات',
      two: 'ملفان أنشأتهما الأنظمة لنفسها أو موجودان في سلة المهملات',
      few: '# ملفات أنشأتها الأنظمة لنفسها أو موجودة في سلة المهملات',
      many: '# ملفًا أنشأته الأنظمة لنفسها أو موجودًا في سلة المهملات',
      other: '# ملف أنشأته الأنظمة لنفسها أو موجود في سلة المهملات',
    }),
};
