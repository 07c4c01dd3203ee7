"""Sentences in six languages, and their sound: spoken by Kokoro's voices, each a file of 16-bit samples.

The sentences were written for this bench: everyday words, no numbers, so that a transcript can be held against them word
for word. What was spoken once is kept in the bench's working folder. Kokoro is asked through the server under test;
espeak-ng is never taken for this, because no recogniser was trained on such speech.
"""

from __future__ import annotations

import json
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import server

SENTENCES = {
    "en": [
        "The last train leaves before midnight, so we should not wait for dessert.",
        "My grandmother kept her letters in a wooden box under the stairs.",
        "Please close the window before the rain reaches the piano.",
        "Nobody in the village remembered who had built the old bridge.",
        "The doctor asked me to sleep more and to worry a little less.",
        "She painted the kitchen yellow because the winters here are long and dark.",
        "Every morning the baker leaves a loaf of bread on our doorstep.",
        "We lost the map on the first day and had to follow the river.",
        "The children were told to whisper, but the whole library heard them.",
        "He repaired the radio with a spoon, some glue and a great deal of patience.",
        "There is a small garden behind the station where the drivers drink their tea.",
        "The concert was cancelled because the singer had lost her voice.",
        "If you water the tomatoes too often, they will taste of nothing.",
        "The judge listened to both neighbours and then asked about the dog.",
        "I would rather walk home in the snow than share a taxi with him.",
        "The museum opens late on Thursdays and closes early on Sundays.",
        "Our teacher believed that every mistake deserves a second look.",
        "A cold wind came down from the mountains and emptied the market square.",
        "They sold the farm but kept the horses and the apple trees.",
        "The bridge was closed for repairs, so the ferry was full again.",
    ],
    "es": [
        "El último tren sale antes de medianoche, así que no esperemos el postre.",
        "Mi abuela guardaba sus cartas en una caja de madera debajo de la escalera.",
        "Cierra la ventana antes de que la lluvia llegue al piano.",
        "Nadie en el pueblo recordaba quién había construido el puente viejo.",
        "El médico me pidió que durmiera más y que me preocupara menos.",
        "Pintó la cocina de amarillo porque aquí los inviernos son largos y oscuros.",
        "Todas las mañanas el panadero deja una barra de pan en nuestra puerta.",
        "Perdimos el mapa el primer día y tuvimos que seguir el río.",
        "Les dijeron a los niños que hablaran bajo, pero toda la biblioteca los oyó.",
        "Arregló la radio con una cuchara, un poco de pegamento y mucha paciencia.",
        "Hay un pequeño jardín detrás de la estación donde los conductores toman café.",
        "El concierto se canceló porque la cantante había perdido la voz.",
        "Si riegas demasiado los tomates, no tendrán sabor a nada.",
        "El juez escuchó a los dos vecinos y después preguntó por el perro.",
        "Prefiero volver a casa andando bajo la nieve que compartir un taxi con él.",
        "El museo abre tarde los jueves y cierra temprano los domingos.",
        "Nuestra maestra creía que cada error merece una segunda mirada.",
        "Un viento frío bajó de las montañas y vació la plaza del mercado.",
        "Vendieron la granja, pero se quedaron con los caballos y los manzanos.",
        "El puente estaba cerrado por obras y el barco iba lleno otra vez.",
    ],
    "fr": [
        "Le dernier train part avant minuit, alors n'attendons pas le dessert.",
        "Ma grand-mère gardait ses lettres dans une boîte en bois sous l'escalier.",
        "Ferme la fenêtre avant que la pluie n'arrive sur le piano.",
        "Personne au village ne se souvenait de celui qui avait construit le vieux pont.",
        "Le médecin m'a demandé de dormir davantage et de moins m'inquiéter.",
        "Elle a peint la cuisine en jaune parce que les hivers ici sont longs et sombres.",
        "Chaque matin, le boulanger laisse un pain devant notre porte.",
        "Nous avons perdu la carte le premier jour et il a fallu suivre la rivière.",
        "On avait dit aux enfants de parler bas, mais toute la bibliothèque les a entendus.",
        "Il a réparé la radio avec une cuillère, un peu de colle et beaucoup de patience.",
        "Il y a un petit jardin derrière la gare où les chauffeurs boivent leur café.",
        "Le concert a été annulé parce que la chanteuse avait perdu sa voix.",
        "Si tu arroses trop les tomates, elles n'auront aucun goût.",
        "Le juge a écouté les deux voisins, puis il a demandé des nouvelles du chien.",
        "Je préfère rentrer à pied sous la neige plutôt que de partager un taxi avec lui.",
        "Le musée ouvre tard le jeudi et ferme tôt le dimanche.",
        "Notre maîtresse pensait que chaque erreur mérite un second regard.",
        "Un vent froid est descendu des montagnes et a vidé la place du marché.",
        "Ils ont vendu la ferme, mais ils ont gardé les chevaux et les pommiers.",
        "Le pont était fermé pour travaux et le bateau était encore plein.",
    ],
    "it": [
        "L'ultimo treno parte prima di mezzanotte, quindi non aspettiamo il dolce.",
        "Mia nonna teneva le sue lettere in una scatola di legno sotto le scale.",
        "Chiudi la finestra prima che la pioggia arrivi al pianoforte.",
        "Nessuno nel paese ricordava chi avesse costruito il vecchio ponte.",
        "Il medico mi ha chiesto di dormire di più e di preoccuparmi di meno.",
        "Ha dipinto la cucina di giallo perché qui gli inverni sono lunghi e bui.",
        "Ogni mattina il fornaio lascia una pagnotta davanti alla nostra porta.",
        "Abbiamo perso la mappa il primo giorno e abbiamo dovuto seguire il fiume.",
        "Ai bambini era stato detto di parlare piano, ma tutta la biblioteca li ha sentiti.",
        "Ha riparato la radio con un cucchiaio, un po' di colla e molta pazienza.",
        "C'è un piccolo giardino dietro la stazione dove gli autisti bevono il caffè.",
        "Il concerto è stato annullato perché la cantante aveva perso la voce.",
        "Se innaffi troppo i pomodori, non avranno nessun sapore.",
        "Il giudice ha ascoltato i due vicini e poi ha chiesto del cane.",
        "Preferisco tornare a casa a piedi sotto la neve che dividere un taxi con lui.",
        "Il museo apre tardi il giovedì e chiude presto la domenica.",
        "La nostra maestra credeva che ogni errore meriti un secondo sguardo.",
        "Un vento freddo è sceso dalle montagne e ha svuotato la piazza del mercato.",
        "Hanno venduto la fattoria, ma hanno tenuto i cavalli e i meli.",
        "Il ponte era chiuso per lavori e il traghetto era di nuovo pieno.",
    ],
    "pt": [
        "O último trem sai antes da meia-noite, então não vamos esperar a sobremesa.",
        "Minha avó guardava as cartas numa caixa de madeira debaixo da escada.",
        "Feche a janela antes que a chuva chegue ao piano.",
        "Ninguém na aldeia se lembrava de quem tinha construído a velha ponte.",
        "O médico me pediu para dormir mais e me preocupar menos.",
        "Ela pintou a cozinha de amarelo porque aqui os invernos são longos e escuros.",
        "Todas as manhãs o padeiro deixa um pão na nossa porta.",
        "Perdemos o mapa no primeiro dia e tivemos que seguir o rio.",
        "Disseram às crianças que falassem baixo, mas toda a biblioteca ouviu.",
        "Ele consertou o rádio com uma colher, um pouco de cola e muita paciência.",
        "Há um pequeno jardim atrás da estação onde os motoristas tomam café.",
        "O concerto foi cancelado porque a cantora tinha perdido a voz.",
        "Se você regar demais os tomates, eles não terão gosto de nada.",
        "O juiz ouviu os dois vizinhos e depois perguntou pelo cachorro.",
        "Prefiro voltar para casa a pé na neve a dividir um táxi com ele.",
        "O museu abre tarde nas quintas e fecha cedo aos domingos.",
        "Nossa professora acreditava que cada erro merece um segundo olhar.",
        "Um vento frio desceu das montanhas e esvaziou a praça do mercado.",
        "Venderam a fazenda, mas ficaram com os cavalos e as macieiras.",
        "A ponte estava fechada para obras e o barco estava cheio outra vez.",
    ],
    "hi": [
        "आखिरी रेलगाड़ी आधी रात से पहले जाती है, इसलिए मिठाई का इंतज़ार मत करो।",
        "मेरी दादी अपनी चिट्ठियाँ सीढ़ियों के नीचे लकड़ी के डिब्बे में रखती थीं।",
        "बारिश आने से पहले खिड़की बंद कर दो।",
        "गाँव में किसी को याद नहीं था कि पुराना पुल किसने बनाया।",
        "डॉक्टर ने मुझे ज़्यादा सोने और कम चिंता करने को कहा।",
        "उसने रसोई को पीला रंग दिया क्योंकि यहाँ सर्दियाँ लंबी होती हैं।",
        "हर सुबह दूधवाला हमारे दरवाज़े पर दूध रख जाता है।",
        "पहले ही दिन नक्शा खो गया और हमें नदी के साथ चलना पड़ा।",
        "बच्चों को धीरे बोलने को कहा गया था, पर सबने उनकी बात सुन ली।",
        "उसने चम्मच, गोंद और बहुत धैर्य से रेडियो ठीक किया।",
        "स्टेशन के पीछे एक छोटा बगीचा है जहाँ लोग चाय पीते हैं।",
        "गायिका की आवाज़ बैठ गई थी, इसलिए कार्यक्रम रद्द हो गया।",
        "टमाटरों को बहुत पानी दोगे तो उनमें स्वाद नहीं रहेगा।",
        "जज ने दोनों पड़ोसियों की बात सुनी और फिर कुत्ते के बारे में पूछा।",
        "मैं बर्फ में पैदल घर जाना पसंद करूँगा।",
        "संग्रहालय सोमवार को देर से खुलता है और रविवार को बंद रहता है।",
        "हमारी अध्यापिका मानती थीं कि हर गलती से कुछ सीखा जा सकता है।",
        "पहाड़ों से ठंडी हवा आई और बाज़ार खाली हो गया।",
        "उन्होंने खेत बेच दिया, पर घोड़े और सेब के पेड़ रख लिए।",
        "पुल की मरम्मत चल रही थी, इसलिए नाव फिर भरी हुई थी।",
    ],
}
"""Twenty each, by language."""

VOICES = {
    "en": ["af_heart", "am_michael", "bf_emma", "bm_george", "af_bella", "am_fenrir", "bf_isabella", "bm_fable",
           "af_nicole", "am_puck", "af_sarah", "bm_daniel", "af_sky", "am_adam", "bf_alice"],
    "es": ["ef_dora", "em_alex", "em_santa"],
    "fr": ["ff_siwis"],
    "it": ["if_sara", "im_nicola"],
    "pt": ["pf_dora", "pm_alex", "pm_santa"],
    "hi": ["hf_alpha", "hm_omega", "hf_beta", "hm_psi"],
}
"""Kokoro's voices by language."""

KOKORO, PIPER = "local/kokoro", "local/piper"
USUAL = 1.0
PITCHES = (0.93, 1.08)
"""By these a voice is lowered and raised, and slowed and quickened with it, which makes another speaker of it."""
PIPER_SPEEDS = (0.8, 0.9, 1.0, 1.1, 1.25)


@dataclass(frozen=True)
class Utterance:
    """Something said."""

    language: str
    text: str
    path: Path

    @property
    def seconds(self) -> float:
        """How long it is."""
        with wave.open(str(self.path)) as opened:
            return opened.getnframes() / opened.getframerate()


def usual(mediary: server.Server, folder: Path, languages: list[str], count: int) -> list[Utterance]:
    """The first sentences of each language, voices taking turns."""
    said = []
    for language in languages:
        voices = VOICES[language]
        for number, text in enumerate(SENTENCES[language][:count]):
            said.append(_spoken(mediary, folder, language, number, text, voices[number % len(voices)], USUAL))
    return said


def foreign(mediary: server.Server, folder: Path, rounds: int) -> Iterator[Utterance]:
    """What no English engine should answer: every sentence that is not English by so many voices, each at three pitches."""
    for language in [language for language in SENTENCES if language != "en"]:
        voices = VOICES[language]
        for again in range(min(rounds, len(voices))):
            for number, text in enumerate(SENTENCES[language]):
                voice = voices[(number + again) % len(voices)]
                yield from _pitched(_spoken(mediary, folder, language, number, text, voice, USUAL))


def english(mediary: server.Server, folder: Path) -> Iterator[Utterance]:
    """What an English engine should answer: the sentences by Kokoro's voices and by Piper's at several paces, each at
    three pitches."""
    for number, text in enumerate(SENTENCES["en"]):
        voice = VOICES["en"][number % len(VOICES["en"])]
        yield from _pitched(_spoken(mediary, folder, "en", number, text, voice, USUAL))
        for speed in PIPER_SPEEDS:
            yield from _pitched(_spoken(mediary, folder, "en", number, text, "joe", speed, PIPER))


def _pitched(said: Utterance) -> Iterator[Utterance]:
    yield said
    for pitch in PITCHES:
        path = said.path.with_name(f"{said.path.stem}-pitch-{pitch:g}.wav")
        if not path.exists():
            half = path.with_suffix(".part")
            with wave.open(str(said.path)) as opened:
                rate_hz = opened.getframerate()
            subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", said.path, "-af", f"asetrate={rate_hz * pitch:.0f}",
                            "-ar", str(rate_hz), "-f", "wav", half], check=True)
            half.rename(path)
        yield Utterance(said.language, said.text, path)


def _spoken(mediary: server.Server, folder: Path, language: str, number: int, text: str, voice: str,
            speed: float, model: str = KOKORO) -> Utterance:
    """The sound of a sentence, made now unless it was before."""
    path = folder / f"{language}-{number:02}-{voice}-{speed:g}.wav"
    if not path.exists():
        asked = {"model": model, "input": text, "voice": voice, "speed": speed, "response_format": "wav"}
        made = mediary.read_raw(server.Body("application/json", json.dumps(asked).encode()), "/v1/audio/speech")
        half = path.with_suffix(".part")
        half.write_bytes(made.data)
        half.rename(path)
    return Utterance(language, text, path)
