import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

export const verdicts: Texts['verdicts'] = {
  advice: {
    EXTREME_POSE: {
      fault: 'الوجه ملتفت إلى الجانب أكثر من اللازم.',
      remedy: 'التقط صورة أخرى من الأمام.',
    },
    LOW_BRIGHTNESS: { fault: 'الوجه مظلم جدًا.', remedy: 'أضئ الوجه والتقط صورة أخرى.' },
    LOW_CONFIDENCE: {
      fault: 'بالكاد يُعرف أنه وجه.',
      remedy: 'أظهر الوجه كاملًا دون أن يحجبه شيء.',
    },
    LOW_FACE_QUALITY: { fault: 'جودة الوجه منخفضة جدًا.', remedy: 'التقط صورة أوضح من مسافة أقرب.' },
    LOW_SHARPNESS: {
      fault: 'الوجه غير واضح.',
      remedy: 'ثبّت الكاميرا وامسح العدسة والتقط صورة أخرى.',
    },
    SMALL_BOUNDING_BOX: { fault: 'الوجه صغير جدًا.', remedy: 'اقترب والتقط صورة أخرى.' },
    NO_FACE_FOUND: {
      fault: 'لم يُعثر على وجه.',
      remedy: 'أظهر الوجه كاملًا من الأمام في ضوء جيد والتقط صورة أخرى.',
    },
    NOT_PROCESSED: { fault: 'لم يُحكم على الصورة.', remedy: 'افحصها مرة أخرى.' },
  },
  faceIs: {
    match: (face, names) => `الوجه ${face}: تطابق مع ${names}`,
    possible: (face, names) => `الوجه ${face}: ربما ${names}`,
    cannot_tell: (face) => `الوجه ${face}: لا يمكن الحكم`,
    no_match: (face) => `الوجه ${face}: لا يوجد تطابق`,
  },
  ofEarlierVersion: 'لم يتطابق أحد، لكن إصدارًا سابقًا فحص الصورة ولم يذكر هل يمكن الحكم عليها.',
  checkAgain: 'افحصها مرة أخرى.',
  cannotTell: 'لا يمكن الحكم',
  noMatch: 'لا يوجد تطابق',
  matched: 'تطابق',
  possibly: 'محتمل',
  matchPrefix: 'تطابق: ',
  possiblePrefix: 'محتمل: ',
  match: (names, isDanger) => `${isDanger ? 'خطر. ' : ''}تطابق: ${names}`,
  confirmed: (names, isDanger) => `${isDanger ? 'خطر. ' : ''}مؤكد: ${names}`,
  possible: (names) => `محتمل: ${names}`,
  rejected: (names) => `مرفوض: ليس ${names}`,
  noLongerInForce: (names) => `لم يعد ساريًا: ${names}`,
  lapsedSince: 'أُوقف القيد أو حُذف أو انتهى منذ فُحصت هذه الصورة، فلا يطابق أحدًا الآن.',
  sinceDeleted: 'حُذف من القائمة السوداء منذ فُحصت هذه الصورة.',
  sinceMoved:
    'لم يعد هذا القيد موجودًا منذ فُحصت هذه الصورة: دُمج في قيد آخر أو حُذف. ابحث عن الشخص في القائمة السوداء.',
  sinceChanged: (fields) => `تغيّر منذ فُحصت هذه الصورة: ${fields}.`,
  judgedBy: (who: string, time: string) => `حكم به ${who}، ${time}.`,
  alikeButNotEnough: 'متشابه، لكن ليس بما يكفي للتطابق. قارن بين الوجهين.',
  compareFirst: 'قارن بين الوجهين قبل أن تتصرف.',
  compareByOthers: 'قد يكون التطابق خاطئًا. اطلب ممن يحق له رؤية الصور المدرجة أن يقارن الوجهين قبل أن تتصرف.',
  facesJudged: (faces) =>
    plural(faces, {
      one: 'حُكم على وجه واحد: ليس لشخص مدرج.',
      two: 'حُكم على وجهين: ليسا لأشخاص مدرجين.',
      few: 'حُكم على # وجوه: ليست لأشخاص مدرجين.',
      many: 'حُكم على # وجهًا: ليست لأشخاص مدرجين.',
      other: 'حُكم على # وجه: ليست لأشخاص مدرجين.',
    }),
  someFaces: (unclear, faces) => `${number(unclear)} من الوجوه (${number(faces)}):`,
  verdictComes: 'يظهر الحكم بعد لحظة.',

  face: (face) => `الوجه ${face}`,
  faceOfPicture: (face) => `الوجه ${face} في الصورة`,
  faceBeside: (face, name) => `الوجه ${face}: ${name}`,
  inThePicture: 'في الصورة',
  listedAlike: (similarity) => `مدرج، تشابه ${similarity}`,
  listedHidden: 'لا يعرض دور هذا الرمز صور القائمة.',
  listedPictureOf: (name) => `الصورة المدرجة لـ ${name}`,
  addThisFace: 'أضف هذا الوجه إلى صور الشخص',
  lookTwice: 'دقّق النظر.',
  asItWasThen: 'هكذا كان القيد حينها. ربما حُذف بعد ذلك.',

  isIt: (name) => `هل هذا ${name}؟`,
  itIs: 'نعم، هو / هي',
  notThem: 'شخص آخر',
  unsure: 'غير متأكد',
  saidItIs: 'هو الشخص نفسه',
  saidNot: 'شخص آخر',
  saidUnsure: 'غير متأكد',
  saidKept: (name, said) => `${name}: ${said}. تم الحفظ.`,
  saidNotKept: (name) => `ما قلته عن ${name} لم يُحفظ. قله مرة أخرى.`,
  reviewOpen: 'مفتوح إلى أن يحكم شخص ثانٍ.',
  reviewConfirmed: 'مؤكد.',
  reviewRejected: 'مرفوض: شخص آخر.',
  reviewUnsure: 'لا أحد متأكد.',
  reviewDisagreed: 'لا يتفقون.',
  reviewBy: (who, said, note, time) => [who, `: ${said}`, note && [' (', note, ')'], `، ${time}.`],

  otherFaces: 'وجوه أخرى',
  countOtherFaces: (faces) =>
    plural(faces, {
      one: 'وجه آخر واحد',
      two: 'وجهان آخران',
      few: '# وجوه أخرى',
      many: '# وجهًا آخر',
      other: '# وجه آخر',
    }),
  listThisPerson: 'أدرج هذا الشخص',

  wholePicture: 'الصورة كاملة والأطر والأرقام',
  confidence: (percent) => `عُثر على الوجه بثقة ${percent}`,
  nobodyMatched: 'لم يتطابق أحد.',
  nobodyElse: 'لا يوجد شخص آخر للمقارنة.',
  othersLessAlike: (others) =>
    plural(others, {
      one: 'شخص آخر أقل شبهًا',
      two: 'شخصان آخران أقل شبهًا',
      few: '# أشخاص آخرين أقل شبهًا',
      many: '# شخصًا آخر أقل شبهًا',
      other: '# شخص آخر أقل شبهًا',
    }),
  distance: 'المسافة',
  threshold: 'الحد',
  similarity: 'التشابه',

  whatIf: 'ماذا لو',
  whatIfTitle: 'ماذا لو كان الحد مختلفًا؟',
  matchUpTo: 'تطابق حتى مسافة',
  resetTo: (distance) => `العودة إلى ${distance}`,
  distanceAndSimilarity: (distance, similarity) => `${distance}، أي تشابه ${similarity}`,
  stricter: 'أكثر صرامة',
  looser: 'أقل صرامة',
  nobodyWouldMatch: 'لن يتطابق أحد.',
  wouldMatch: (names, people) => (people === 1 ? `سيتطابق: ${names}.` : `سيتطابق كل من: ${names}.`),
  verdictStays: 'يبقى الحكم أعلاه كما هو، وكذلك بقية الأحكام.',

  rateUnknownByAmazon: 'لا تذكر Amazon Rekognition كم مرة يتشابه الغرباء إلى هذا الحد.',
  pairsFewest: () => `أقل من 1 من كل ${number(1_000_000)} زوج من الغرباء يتشابهان إلى هذا الحد.`,
  pairsPercent: (percent) => `${percent} من أزواج الغرباء يتشابهون إلى هذا الحد على الأقل.`,
  pairsOneIn: (pairs) => `زوج واحد من كل ${pairs} من أزواج الغرباء يتشابه إلى هذا الحد على الأقل.`,
  rateUnknown: 'لا يُعرف في هذا المقياس عدد الغرباء الذين يُتهمون خطأً.',
  thresholdByAmazon: (percent) =>
    `كل من بلغ تشابهه ${percent} أو أكثر يظهر كتطابق. لا تذكر Amazon عدد الغرباء الذين يُتهمون خطأً.`,
  accusedFewest: () => `أقل من مقارنة واحدة من كل ${number(1_000_000)} مع غريب هي اتهام خاطئ.`,
  accusedPercent: (percent) => `${percent} من المقارنات مع الغرباء اتهام خاطئ.`,
  accusedOneIn: (comparisons) => `مقارنة واحدة من كل ${comparisons} مع غريب هي اتهام خاطئ.`,
  againstFewest: (images) =>
    `مع عدد الصور المدرجة الآن (${number(images)}) يُتهم أقل من غريب واحد من كل ${number(1_000_000)}.`,
  againstPercent: (images, percent) =>
    `مع عدد الصور المدرجة الآن (${number(images)}) يُتهم ${percent} من الغرباء.`,
  againstOneIn: (images, strangers) =>
    `مع عدد الصور المدرجة الآن (${number(images)}) يُتهم غريب واحد من كل ${strangers}.`,
  againstAtMost: (images, strangers) =>
    `مع عدد الصور المدرجة الآن (${number(images)}) يُتهم غريب واحد من كل ${strangers} على الأكثر.`,
};
