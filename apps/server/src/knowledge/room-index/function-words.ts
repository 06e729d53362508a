import { wordsOf } from './words.ts';

const english = `a about above after again all also am an and any are as ask at be because been before being below between both but by
  can cannot come could did do does doing done down during each either else ever every explain few for from further get give go got had
  happen has have having he her here hers him his how i if in into is it its itself just know let like made make many may me mean mention
  might mine more most much must my need neither no nor not now of off on once one only or other our ours out over own please rather
  said same say shall she should show since so some still such summarize summary tell than that the their theirs them then there these
  they thing this those though through to too under until up upon us use used very want was we were what when where whether which while
  who whom whose why will with within without would yes you your yours`;
const german = `aber alle als am an auch auf aus bei beim bin bis da damit dann das dass dem den der des die dies diese dieser doch du ein
  eine einem einen einer er es fur gibt hat haben hatte hier ich ihr im ist ja kann kein keine man mehr mich mir mit nach nicht noch nur
  oder ob sagt sehr sein seine sich sie sind so soll uber um und uns unter vom von vor wann war waren warum was welche welcher welches
  wem wenn wer werden wie wieviel wir wird wo wurde wurden zu zum zur`;
const french = `ai ainsi au aux avec avez car ce ceci cela celle celui ces cet cette combien comme comment dans de des dit donc du elle en
  est et etait etre il ils je la le les leur lui ma mais me mes moi mon ne nos notre nous on ont ou par pas pour pourquoi qu quand que
  quel quelle quelles quels qui sa sans se sera ses si son sont sur ta te tes toi ton tu un une vos votre vous y`;
const spanish = `al algo como con cual cuales cuando cuanto cuantos de del desde donde dice dijo el ella ellos en entre era es esa ese eso
  esta este esto fue ha han hasta hay la las le les lo los mas me mi mucho muy no nos o para pero por porque que quien se segun ser si
  sin sobre son su sus tambien tiene todo un una unos y ya yo`;

/** As the index has them. */
export const functionWords: ReadonlySet<string> = new Set(wordsOf([english, german, french, spanish].join(' ')));
