import { number, plural } from '../../format.ts';
import type { Texts } from '../en.ts';

const pictures = (count: number) => plural(count, { one: '# foto', other: '# fotos' });
const persons = (count: number) => plural(count, { one: '# pessoa', other: '# pessoas' });

export const importing: Texts['importing'] = {
  title: 'Importar pessoas',
  lead: 'Adicione muitas pessoas de uma vez. Antes de enviar, mostra-se o que seria feito.',
  folderHint:
    'Uma pasta com uma pasta para cada pessoa: o nome dela é o da pessoa, e os arquivos dentro dela são as fotos.',
  tableHint:
    'Ou uma tabela (CSV) com as colunas name, reason e files, escolhida junto com as fotos que ela nomeia.',
  largestFace: 'De cada foto vale o maior rosto.',
  chooseFolder: 'Escolher uma pasta',
  chooseTable: 'Escolher uma tabela e fotos',
  severalTables: (names) => `Escolha uma tabela de cada vez. Estas são várias: ${names}.`,
  reading: 'Lendo os arquivos …',
  found: (people, count) => `Encontrado: ${persons(people)}, ${pictures(count)} para enviar.`,
  addToListed: (count) =>
    plural(count, {
      one: '# está na lista com o mesmo nome: adicionar as fotos a esse registro',
      other: '# estão na lista com o mesmo nome: adicionar as fotos a esses registros',
    }),
  progressLabel: 'Imagens enviadas',
  progress: (done, count) =>
    plural(count, { one: `${number(done)} de # foto tratada`, other: `${number(done)} de # fotos tratadas` }),
  start: (count) => `Enviar ${pictures(count)}`,
  stop: 'Parar',
  goOn: (count) => plural(count, { one: 'Enviar # foto pendente', other: 'Enviar # fotos pendentes' }),
  chooseOthers: 'Escolher outros arquivos',
  report: 'Relatório em CSV',
  result: (people, added) =>
    `Na lista: ${persons(people)}. ${plural(added, { one: '# foto adicionada.', other: '# fotos adicionadas.' })}`,
  thereAlready: (count) => plural(count, { one: '# foto já existia.', other: '# fotos já existiam.' }),
  notTaken: (count) => plural(count, { one: '# foto recusada.', other: '# fotos recusadas.' }),
  notSent: (count) =>
    plural(count, { one: '# foto ainda não enviada.', other: '# fotos ainda não enviadas.' }),
  heldBack: (count) =>
    plural(count, { one: '# foto retida: veja-a abaixo.', other: '# fotos retidas: veja-as abaixo.' }),
  lookAlikes: (people) =>
    plural(people, {
      one: '# pessoa se parece com alguém que já estava na lista.',
      other: '# pessoas se parecem com alguém que já estava na lista.',
    }),
  unmatched: (people) =>
    plural(people, {
      one: '# pessoa tem um registro suspenso ou expirado: ninguém corresponde a ele.',
      other: '# pessoas têm registros suspensos ou expirados: ninguém corresponde a eles.',
    }),

  people: 'Pessoas a adicionar',
  pictures: 'Imagens',
  remarks: 'Observações',
  addedOf: (added, count) =>
    plural(count, {
      one: `${number(added)} de # foto adicionada`,
      other: `${number(added)} de # fotos adicionadas`,
    }),
  listedAlready: 'Já está na lista com este nome: deixada de fora.',
  outOfForceAlready:
    'Há um registro com este nome, mas está suspenso ou expirou, então ninguém corresponde a ele: deixada de fora.',
  addedToListed: 'Já está na lista com este nome: as fotos são adicionadas a esse registro.',
  listedMeanwhile:
    'Outra pessoa pôs este nome na lista nesse meio-tempo. Para adicionar as fotos a esse registro, escolha os arquivos de novo.',
  nearlyListed: (name) => `Já há alguém na lista com quase o mesmo nome: ${name}.`,
  looksLike: (names) => `Parece-se com ${names}, já na lista.`,
  unwanted: 'Deixada de fora por você.',
  reasonStays: 'O motivo da tabela não é usado: o registro mantém o seu.',
  nearlySame: (names) => `Quase o mesmo nome também está nestes arquivos: ${names}.`,
  samePicture: (names) => `É a mesma foto que uma de ${names}.`,
  unlike: (similarity) => `Não se parece com as outras fotos da pessoa: semelhança de ${similarity}.`,
  agreeing: (count, names) => `${pictures(count)} concordam sobre quem é. Diferentes: ${names}.`,
  noneAgree: (taken, names) =>
    `Não há duas fotos que concordem sobre quem é. Usada: ${taken}. Diferentes: ${names}.`,
  joinedFolders: (count) =>
    `${number(count)} pastas têm este nome, exceto espaços ou caracteres invisíveis. São tomadas por uma pessoa.`,
  tied: (count, names, taken) =>
    `Empate: ${pictures(count)} concordam sobre quem é, e outras tantas sobre outra pessoa: ${names}. Foi usada a que vem primeiro: ${taken}.`,
  agreeingUnusable: 'É diferente das fotos que concordam, das quais nenhuma pôde ser usada.',
  sendHeld: 'É esta pessoa: enviar mesmo assim',
  states: {
    waiting: 'Não enviada.',
    sending: 'Enviando …',
    added: 'Adicionada.',
    there: 'Já existia.',
    held: 'Retida.',
    refused: 'Recusada.',
    failed: 'Não enviada.',
  },
  columns: {
    name: 'Nome',
    file: 'Arquivo',
    result: 'Resultado',
    remarks: 'Observações',
    looksLike: 'Parece-se com',
  },

  leftOut: 'Deixados de fora',
  row: (row) => `Linha ${row}`,
  leftOutReasons: {
    'not-in-folder': 'não está na pasta de uma pessoa.',
    'too-deep': 'está em uma pasta dentro da pasta de uma pessoa.',
    'no-name': 'o nome da pasta não é um nome de 1 a 100 caracteres.',
    'damaged-name': 'um programa danificou o nome da pasta. Renomeie-a.',
    empty: 'o arquivo está vazio.',
    'no-picture': 'não é uma foto.',
    'too-large': 'o arquivo tem mais de 100 MB.',
    unreadable: 'o arquivo não pode ser lido.',
    'not-there': 'a foto não foi escolhida.',
    'not-in-table': 'a tabela não a nomeia.',
    'nameless-row': 'a linha dela na tabela não tem um nome de 1 a 100 caracteres.',
    twice: 'a tabela a nomeia duas vezes para esta pessoa.',
  },
  passedOver: (count) =>
    plural(count, {
      one: '# arquivo que um sistema criou para si ou que está em uma lixeira',
      other: '# arquivos que sistemas criaram para si ou que estão em uma lixeira',
    }),
};
