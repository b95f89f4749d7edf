import type { Texts } from '../en.ts';

export const answers: Texts['answers'] = {
  pictureEmpty: 'الصورة فارغة.',
  formatNotTaken: 'الصورة ليست بصيغة مقبولة: JPEG أو PNG أو WebP أو GIF.',
  damaged: 'الصورة تالفة أو مقطوعة.',
  tooManyPixels: (width, height) => `أبعاد الصورة ${width} × ${height} بكسل، أي أكثر من 50 ميغابكسل.`,
  sideTooLong: (width, height, most) =>
    `أبعاد الصورة ${width} × ${height} بكسل: أقصى طول للضلع ${most} بكسل.`,
  tooNarrow: (width, height, most) =>
    `أبعاد الصورة ${width} × ${height} بكسل: لا يجوز أن يزيد ضلع على ${most} ضعف الآخر.`,
  tooManyBytes: (most) => `حجم الصورة أكبر من ${most} بايت.`,
  requestTooLarge: (most) => `الطلب أكبر من المسموح: الحد الأقصى ${most} بايت.`,
  engineCannot: 'لا يستطيع محرك التعرف على الوجوه معالجة هذه الصورة.',
  rekognitionCannot: 'لا تستطيع خدمة Rekognition قراءة الصورة.',
  tooLargeForRekognition: 'الصورة أكبر مما تقبله خدمة Rekognition.',
  originalLost: 'فُقد الأصل المحفوظ.',
  noneUsable: 'لا تصلح أي من الصور.',
  largestEnrolled: (faces) => `عدد الوجوه فيها ${faces}؛ سُجّل أكبرها.`,
  hadAlready: 'كانت هذه الصورة لدى القيد من قبل.',
  beingAdded: 'تُضاف الصورة نفسها في هذه اللحظة.',
  takenBack: 'سحب طلب آخر الصور نفسها: حاول مرة أخرى.',
  othersChange: 'يغيّر آخرون أحد القيود أو يدمجونه. لم يضع شيء: أرسل الطلب مرة أخرى.',
  looksUnlike: (similarity) => `لا تشبه أيًّا من صور الشخص الأخرى (التشابه ${similarity}).`,
  deleteIfOther: 'احذفها إن كانت تُظهر شخصًا آخر.',

  addressWrong: 'العنوان غير صالح.',
  addressScheme: 'لا تُقرأ إلا عناوين http وhttps.',
  addressWithUser: 'لا تُقرأ عناوين فيها اسم مستخدم أو كلمة مرور.',
  addressNotPublic: 'لا يؤدي العنوان إلى عنوان عام.',
  addressNotAllowed: (ports) => `لا يؤدي العنوان إلى URL_NETWORKS ولا إلى المنفذ ${ports} لعنوان عام.`,
  addressPorts: (ports) => `لا تُقرأ العناوين إلا من المنافذ ${ports}.`,
  addressNoPicture: 'لم يُجب العنوان بصورة.',
  addressUnreadable: 'تعذرت قراءة العنوان.',
  addressSlow: (seconds) => `لم يعطِ العنوان صورته خلال المهلة، وهي بالثواني ${seconds}.`,

  noTime: 'لم يبق وقت لهذه الصورة: أرسلها مرة أخرى مع صور أقل.',
  noTimeForPictures: 'لم يبق وقت للصور.',
  busy: 'الخدمة مشغولة بطلبات أخرى. حاول مرة أخرى.',
  stops: 'الخدمة تتوقف: أرسلها مرة أخرى.',
  tooSlow: 'وصلت البيانات ببطء شديد بينما كانت طلبات أخرى تنتظر. حاول مرة أخرى.',
  diskFull: 'القرص ممتلئ: لا يمكن حفظ شيء آخر حتى يُحذف شيء أو يُوسّع القرص.',
  rekognitionBusy: 'تتلقى خدمة Rekognition طلبات أكثر من اللازم.',
  rekognitionSilent: 'لا تجيب خدمة Rekognition.',
  wrongTokens: 'وصلت من هذا العنوان رموز خاطئة كثيرة.',
  roleTooLow: (role, name, own) => `يتطلب هذا الدور ${role} أو أعلى؛ ودور «${name}» هو ${own}.`,
  adminOnly: (name, own) => `يتطلب هذا الدور admin؛ ودور «${name}» هو ${own}.`,
  nobodyThere: 'القيد ليس في القائمة السوداء',
  noSuchImage: 'لا توجد هذه الصورة المرجعية',
  noSuchPicture: 'لا توجد هذه الصورة المفحوصة',
  nameTaken: (name) => `يوجد قيد بالاسم «${name}» من قبل.`,
  lastImage: 'هذه آخر صورة مرجعية للقيد: احذف القيد، أو أضف صورة أخرى أولًا.',

  sameName: (id, name) => `للقيد ${id} الاسم نفسه عدا حالة الأحرف وعلامات التشكيل: «${name}».`,
  suspended: 'القيد موقوف: لا يطابقه أحد.',
  expired: (time) => `انتهى القيد في ${time}: لا يطابقه أحد.`,
  expiredIsDeleted: 'يُحذف بعد أيام من نهايته أو إدراجه أو آخر تغيير فيه، أيها جاء أخيرًا.',
  auditDryRun: 'تجربة دون تنفيذ',
  auditDryRunOf: (ids) => `تجربة دون تنفيذ: وُجد ${ids}`,
  auditNoneDeleted: (ids) => `وُجد ${ids}، وحُذف 0`,
  auditReplayed: 'جواب مكرر',
  auditReplayedOf: (ids) => `جواب مكرر: ${ids}`,
  auditDeleted: (ids) => `حُذف: ${ids}`,
  auditChanged: (fields) => `تغيّر: ${fields}`,
  auditPaused: 'أُوقفت مؤقتًا',
  auditResumed: 'استُؤنفت',
  auditInto: (id) => `في القيد ${id}`,
  auditFrom: (id) => `من القيد ${id}`,
  thresholdUsed: (asked, used, why) => `طُلبت العتبة ${asked} واستُخدمت ${used}: ${why}.`,
  bestOnly: (most, left) =>
    `عدد أفضل التطابقات المعروضة لكل وجه ${most} فقط، وإلا صار الجواب أكبر من المسموح: تُرك منها ${left}.`,

  notWorking: (why) => `لا تعمل الخدمة كما ينبغي: ${why}`,
  diskLow: (folder, megabytes) =>
    `القرص الذي عليه ${folder} يكاد يمتلئ: بقي ${megabytes} ميغابايت. متى امتلأ لن يُحفظ شيء آخر. احذف ما لا يلزم، أو وسّعه.`,
  openToNetwork:
    'لا يُطلب رمز من أحد: كل من يصل إلى هذه الخدمة عبر الشبكة يستطيع رؤية القائمة والصور وتغييرها. يجب أن يمنع شيء أمامها الغرباء؛ أو اضبط API_TOKENS.',
  openToComputer:
    'لا يُطلب رمز من أحد: كل برنامج وكل شخص يستخدم هذا الحاسوب يستطيع رؤية القائمة والصور وتغييرها. اضبط API_TOKENS لتغيير ذلك.',
  thresholdLooser: (used, usual) => `العتبة أكثر تساهلًا من المعتاد (${used} لا ${usual}): يُوقَف أبرياء أكثر.`,
  thresholdStricter: (used, usual) =>
    `العتبة أشد من المعتاد (${used} لا ${usual}): يفلت عدد أكبر من المدرجين.`,
  thresholdRates: (used, usual) => `من المقارنات بصورة شخص آخر يتطابق ${used}؛ وفي المعتاد ${usual}.`,
  thresholdHeld: (model, set, used, rate) =>
    `عتبة ${model} هي ${set}، وهي أكثر تساهلًا من المسموح: تُستخدم ${used}، وبها يتطابق ${rate} من المقارنات بصورة شخص آخر (MAX_FALSE_MATCH_RATE).`,
  manyMistakes: (pictures, strangers) =>
    `عدد الصور المدرجة كبير (${pictures}) بحيث يشبه، بالعتبة المستخدمة، نحو ${strangers} من كل 100 غريب شخصًا في القائمة. عتبة أشد تقلل ذلك.`,
  accusing: (entry, judged, days, rejected) =>
    `صور القيد ${entry} تتهم غرباء: عدد التطابقات المحكوم عليها ${judged} في آخر ${days} يومًا، ورُفض منها ${rejected}. انظر إلى صوره المرجعية، وأزل الرديء منها وما يُظهر شخصًا آخر.`,
  notRecognised: (missing, all) =>
    `لا يمكن التعرف بعد على ${missing} من ${all} من الصور المرجعية، لأن النموذج تغير أو انقطع شيء. تصلح الخدمة ذلك بنفسها خلال ساعة تقريبًا؛ أو يفعله npm run sweep فورًا.`,
};

export const answerParts: Texts['answerParts'] = {
  both: (one, other) => `${one}؛ و${other}`,
  withModel: (model, metric, why) => `مع ${model} (${metric}) ${why}`,
  looserThanRate: (rate) =>
    `تجعل عتبة أكثر تساهلًا التطابق الخاطئ أرجح من 1 من ${rate} (MAX_FALSE_MATCH_RATE)`,
  looserThanSimilarity: (least) =>
    `تعدّ عتبة أكثر تساهلًا وجوهًا متماثلة وتشابهها أقل من ${least} (AWS_MIN_SIMILARITY)`,
  replaced: (model, own, standard, sameModel, other, metric) =>
    `يحل ${own} محل ${model}، وعتبته المعتادة ${standard} حيث عتبة ${sameModel} هي ${other} (${metric})`,
  oneIn: (comparisons) => `1 من ${comparisons}`,
  moreThanPercent: 'أكثر من 1 من 100',
  fewerThanMillion: 'أقل من 1 من 1,000,000',
  twoPorts: '80 و443',
  eitherPort: '80 أو 443',
  characters: (count) => `${count} حرفًا`,
  oneCharacter: 'حرف واحد',
  items: (count) => `${count} من العناصر`,
  theDatabase: 'قاعدة البيانات',
  thePictures: 'الصور',
  theUploads: 'الملفات المرفوعة',
};
