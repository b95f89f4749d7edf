import type { Texts } from '../en.ts';

export const answers: Texts['answers'] = {
  pictureEmpty: 'A imagem está vazia.',
  formatNotTaken: 'A imagem não está em um formato aceito: JPEG, PNG, WebP ou GIF.',
  damaged: 'A imagem está danificada ou cortada.',
  tooManyPixels: (width, height) =>
    `A imagem tem ${width} x ${height} pixels, o que é mais de 50 megapixels.`,
  sideTooLong: (width, height, most) =>
    `A imagem tem ${width} x ${height} pixels: um lado pode ter ${most} no máximo.`,
  tooNarrow: (width, height, most) =>
    `A imagem tem ${width} x ${height} pixels: um lado pode ser ${most} vezes mais longo que o outro no máximo.`,
  tooManyBytes: (most) => `A imagem tem mais de ${most} bytes.`,
  requestTooLarge: (most) => `O pedido é grande demais: são aceitos ${most} bytes no máximo.`,
  engineCannot: 'O reconhecimento facial não consegue processar esta imagem.',
  rekognitionCannot: 'O Rekognition não consegue ler a imagem.',
  tooLargeForRekognition: 'A imagem é grande demais para o Rekognition.',
  originalLost: 'O original guardado se perdeu.',
  noneUsable: 'Nenhuma das imagens serve.',
  largestEnrolled: (faces) => `Ela mostra ${faces} rostos; o maior foi registrado.`,
  hadAlready: 'O registro já tinha esta imagem.',
  beingAdded: 'A mesma imagem está sendo adicionada neste momento.',
  takenBack: 'Outro pedido retirou as mesmas imagens: tente de novo.',
  othersChange: 'Outros estão alterando ou unindo um dos registros. Nada se perde: envie de novo.',
  looksUnlike: (similarity) =>
    `Não se parece com nenhuma das outras imagens da pessoa (semelhança ${similarity}).`,
  deleteIfOther: 'Apague-a se mostrar outra pessoa.',

  addressWrong: 'O endereço não é válido.',
  addressScheme: 'Só são lidos endereços http e https.',
  addressWithUser: 'Endereços com nome de usuário ou senha não são lidos.',
  addressNotPublic: 'O endereço não leva a um endereço público.',
  addressNotAllowed: (ports) =>
    `O endereço não leva nem a URL_NETWORKS nem à porta ${ports} de um endereço público.`,
  addressPorts: (ports) => `Só são lidos endereços das portas ${ports}.`,
  addressNoPicture: 'O endereço não respondeu com uma imagem.',
  addressUnreadable: 'Não foi possível ler o endereço.',
  addressSlow: (seconds) => `O endereço não deu sua imagem em ${seconds} segundos.`,

  noTime: 'Não sobrou tempo para esta imagem: envie-a de novo, com menos imagens.',
  noTimeForPictures: 'Não sobrou tempo para as imagens.',
  busy: 'O serviço está ocupado com outros pedidos. Tente de novo.',
  stops: 'O serviço está parando: envie de novo.',
  tooSlow: 'Os dados chegaram devagar demais enquanto outros pedidos esperavam. Tente de novo.',
  diskFull:
    'O disco está cheio: nada mais pode ser guardado até que algo seja excluído ou o disco seja ampliado.',
  rekognitionBusy: 'O Rekognition está recebendo pedidos demais.',
  rekognitionSilent: 'O Rekognition não responde.',
  wrongTokens: 'Vieram tokens errados demais deste endereço.',
  roleTooLow: (role, name, own) => `Isto exige o papel ${role} ou um superior; “${name}” tem ${own}.`,
  adminOnly: (name, own) => `Isto exige o papel admin; “${name}” tem ${own}.`,
  nobodyThere: 'O registro não está na lista negra',
  noSuchImage: 'Essa foto de referência não existe',
  noSuchPicture: 'Essa imagem verificada não existe',
  nameTaken: (name) => `Já existe um registro com o nome “${name}”.`,
  lastImage:
    'Esta é a última foto de referência do registro: exclua o registro, ou adicione antes outra foto.',

  sameName: (id, name) => `O registro ${id} tem o mesmo nome, exceto por maiúsculas e acentos: “${name}”.`,
  suspended: 'O registro está suspenso: ninguém corresponde a ele.',
  expired: (time) => `O registro expirou em ${time}: ninguém corresponde a ele.`,
  expiredIsDeleted:
    'Ele é excluído alguns dias depois do seu fim, da sua inclusão ou da sua última mudança, o que vier por último.',
  auditDryRun: 'simulação',
  auditDryRunOf: (ids) => `simulação: ${ids} encontradas`,
  auditNoneDeleted: (ids) => `${ids} encontradas, 0 excluídas`,
  auditReplayed: 'resposta repetida',
  auditReplayedOf: (ids) => `resposta repetida: ${ids}`,
  auditDeleted: (ids) => `excluídas: ${ids}`,
  auditChanged: (fields) => `alterado: ${fields}`,
  auditPaused: 'pausada',
  auditResumed: 'retomada',
  auditInto: (id) => `no registro ${id}`,
  auditFrom: (id) => `do registro ${id}`,
  thresholdUsed: (asked, used, why) => `Foi pedido um limiar de ${asked}, e foi usado ${used}: ${why}.`,
  bestOnly: (most, left) =>
    `A resposta só tem as ${most} melhores correspondências de cada rosto, porque seria grande demais: faltam ${left}.`,

  notWorking: (why) => `O serviço não funciona como deve: ${why}`,
  diskLow: (folder, megabytes) =>
    `O disco de ${folder} está quase cheio: restam ${megabytes} MB. Quando estiver cheio, nada mais poderá ser guardado. Exclua o que não é necessário, ou dê-lhe mais espaço.`,
  openToNetwork:
    'Ninguém precisa de um token: quem alcança este serviço pela rede pode ver e mudar a lista e as imagens. Algo à frente dele deve manter estranhos fora; ou defina API_TOKENS.',
  openToComputer:
    'Ninguém precisa de um token: todo programa e toda pessoa que usa este computador pode ver e mudar a lista e as imagens. Defina API_TOKENS para mudar isso.',
  thresholdLooser: (used, usual) =>
    `O limiar é mais frouxo que o normal (${used}, não ${usual}): mais inocentes são parados.`,
  thresholdStricter: (used, usual) =>
    `O limiar é mais rígido que o normal (${used}, não ${usual}): mais pessoas da lista passam despercebidas.`,
  thresholdRates: (used, usual) =>
    `Das comparações com a imagem de outra pessoa, ${used} corresponde; normalmente, ${usual}.`,
  thresholdHeld: (model, set, used, rate) =>
    `O limiar de ${model} é ${set}, mais frouxo do que se permite: usa-se ${used}, com o qual ${rate} comparações com a imagem de outra pessoa corresponde (MAX_FALSE_MATCH_RATE).`,
  manyMistakes: (pictures, strangers) =>
    `Há tantas imagens na lista (${pictures}) que, com o limiar em uso, cerca de ${strangers} de cada 100 estranhos se parecerão com alguém da lista. Um limiar mais rígido reduz isso.`,
  accusing: (entry, judged, days, rejected) =>
    `As imagens do registro ${entry} acusam estranhos: de ${judged} correspondências dos últimos ${days} dias que alguém julgou, ${rejected} foram rejeitadas. Veja as fotos de referência, e remova as que são ruins ou mostram outra pessoa.`,
  notRecognised: (missing, all) =>
    `${missing} das ${all} fotos de referência ainda não podem ser reconhecidas, porque o modelo mudou ou algo foi interrompido. O serviço resolve isso sozinho em cerca de uma hora; npm run sweep o faz na hora.`,
};

export const answerParts: Texts['answerParts'] = {
  both: (one, other) => `${one}; e ${other}`,
  withModel: (model, metric, why) => `com ${model} (${metric}), ${why}`,
  looserThanRate: (rate) =>
    `um mais frouxo tornaria uma falsa correspondência mais provável que 1 em ${rate} (MAX_FALSE_MATCH_RATE)`,
  looserThanSimilarity: (least) =>
    `um mais frouxo tomaria por iguais rostos com semelhança abaixo de ${least} (AWS_MIN_SIMILARITY)`,
  replaced: (model, own, standard, sameModel, other, metric) =>
    `${model} é substituído por ${own}, cujo limiar normal é ${standard} onde o de ${sameModel} é ${other} (${metric})`,
  oneIn: (comparisons) => `1 em ${comparisons}`,
  moreThanPercent: 'mais de 1 em 100',
  fewerThanMillion: 'menos de 1 em 1.000.000',
  twoPorts: '80 e 443',
  eitherPort: '80 ou 443',
  characters: (count) => `${count} caracteres`,
  oneCharacter: '1 caractere',
  items: (count) => `${count} itens`,
  theDatabase: 'O banco de dados',
  thePictures: 'As imagens',
  theUploads: 'Os envios',
};
