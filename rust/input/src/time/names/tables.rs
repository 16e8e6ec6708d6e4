//! The names of months and weekdays by language, in lower case.
//!
//! From the Unicode CLDR (39, 47, 48), the locales of glibc 2.36 and those of Java 8 (`COMPAT`), which differ in their short
//! names (`Mär`, `Mrz.`; `sep`, `sept`); `tues`, `thur` and `thurs` are widespread in English besides. A language is here
//! only if no month's name means another month in a language before it (Croatian `lip` is June, Polish `lip` is July), and
//! with all its names: otherwise the lines of one month would not be read. A dot at the end of a name may be written or not.

/// Language, and the names of its twelve months.
pub(super) const MONTHS: &[(&str, &str)] = &[
    (
        "English",
        "jan. january | feb. february | mar. march | apr. april | may | jun. june | jul. july | aug. august | \
         sep. sept september | oct. october | nov. november | dec. december",
    ),
    (
        "German",
        "jan. jän. januar jänner | feb. februar | mär märz | apr. april | mai | jun juni | jul juli | aug. \
         august | sep. sept. september | okt. oktober | nov. november | dez. dezember",
    ),
    (
        "French",
        "jan janv. janvier | fév févr. février | mar mars | avr. avril | mai | jun juin | jui juil. juill. \
         juillet | aoû août | sep sept. septembre | oct. octobre | nov. novembre | déc. décembre",
    ),
    (
        "Spanish",
        "ene. enero | feb. febrero | mar. marzo | abr. abril | may. mayo | jun. junio | jul. julio | ago. \
         agosto | sep. sept septiembre | oct. octubre | nov. noviembre | dic. diciembre",
    ),
    (
        "Portuguese",
        "jan. janeiro | fev. fevereiro | mar. março | abr. abril | mai. maio | jun. junho | jul. julho | ago. \
         agosto | set. setembro | out. outubro | nov. novembro | dez. dezembro",
    ),
    (
        "Italian",
        "gen gennaio | feb febbraio | mar marzo | apr aprile | mag maggio | giu giugno | lug luglio | ago \
         agosto | set settembre | ott ottobre | nov novembre | dic dicembre",
    ),
    (
        "Dutch",
        "jan. januari | feb. februari | mrt. maart | apr. april | mei | jun. juni | jul. juli | aug. augustus \
         | sep. september | okt. oktober | nov. november | dec. december",
    ),
    (
        "Danish",
        "jan. januar | feb. februar | mar. marts | apr. april | maj | jun. juni | jul. juli | aug. august | \
         sep. september | okt. oktober | nov. november | dec. december",
    ),
    (
        "Norwegian",
        "jan. januar | feb. februar | mar. mars | apr. april | mai | jun. juni | jul. juli | aug. august | \
         sep. september | okt. oktober | nov. november | des. desember",
    ),
    (
        "Swedish",
        "jan. januari | feb. februari | mar mars | apr. april | maj | jun juni | jul juli | aug. augusti | \
         sep. september | okt. oktober | nov. november | dec. december",
    ),
    (
        "Finnish",
        "tammi tammik. tammikuu tammikuuta | helmi helmik. helmikuu helmikuuta | maalis maalisk. maaliskuu \
         maaliskuuta | huhti huhtik. huhtikuu huhtikuuta | touko toukok. toukokuu toukokuuta | kesä kesäk. \
         kesäkuu kesäkuuta | heinä heinäk. heinäkuu heinäkuuta | elo elok. elokuu elokuuta | syys syysk. \
         syyskuu syyskuuta | loka lokak. lokakuu lokakuuta | marras marrask. marraskuu marraskuuta | joulu \
         jouluk. joulukuu joulukuuta",
    ),
    (
        "Polish",
        "sty styczeń stycznia | lut luty lutego | mar marca marzec | kwi kwiecień kwietnia | maj maja | cze \
         czerwca czerwiec | lip lipca lipiec | sie sierpień sierpnia | wrz wrzesień września | paź \
         październik października | lis listopad listopada | gru grudnia grudzień",
    ),
    (
        "Czech",
        "led leden ledna | úno únor února | bře březen března | dub duben dubna | kvě květen května | čen čer \
         čvn červen června | čec čvc července červenec | srp srpen srpna | zář září | říj říjen října | lis \
         listopad listopadu | pro prosince prosinec",
    ),
    (
        "Slovak",
        "jan január januára | feb február februára | mar marca marec | apr apríl apríla | máj mája | jún júna \
         | júl júla | aug august augusta | sep september septembra | okt október októbra | nov november \
         novembra | dec december decembra",
    ),
    (
        "Hungarian",
        "jan. január | febr. február | márc. március | ápr. április | máj. május | jún. június | júl. július \
         | aug. augusztus | szept. szeptember | okt. október | nov. november | dec. december",
    ),
    (
        "Romanian",
        "ian. ianuarie | feb. februarie | mar. martie | apr. aprilie | mai | iun. iunie | iul. iulie | aug. \
         august | sep sept. septembrie | oct. octombrie | nov. noiembrie | dec. decembrie",
    ),
    (
        "Estonian",
        "jaan jaanuar | veebr veebruar | märts | apr aprill | mai | juuni | juuli | aug august | sept \
         september | okt oktoober | nov november | dets detsember",
    ),
    (
        "Latvian",
        "jan janv. janvāris | feb febr. februāris | mar marts | apr. aprīlis | mai maijs | jūn. jūnijs | jūl. \
         jūlijs | aug. augusts | sep sept. septembris | okt. oktobris | nov. novembris | dec. decembris",
    ),
    (
        "Turkish",
        "oca ocak | şub şubat | mar mart | nis nisan | may mayıs | haz haziran | tem temmuz | ağu ağustos | \
         eyl eylül | eki ekim | kas kasım | ara aralık",
    ),
    (
        "Catalan",
        "gen. gener | feb. febr. febrer | març | abr. abril | maig | juny | jul. juliol | ag. agost | set. \
         setembre | oct. octubre | nov. novembre | des. desembre",
    ),
    (
        "Galician",
        "jan xan. xaneiro | feb. febreiro | mar. marzo | apr abr. abril | mai may maio | jun xuñ xuño | jul \
         xul. xullo | aug ago. agosto | sep set. setembro | oct out. outubro | nov. novembro | dec. decembro",
    ),
    (
        "Afrikaans",
        "jan. januarie | feb. februarie | mar mrt. maart | apr. april | may mei | jun. junie | jul. julie | \
         aug. august augustus | sep. september | oct okt. oktober | nov. november | dec des. desember",
    ),
    (
        "Indonesian",
        "jan januari | feb februari | mar maret | apr april | mei | jun juni | jul juli | agu agustus | sep \
         september | okt oktober | nov november | des desember",
    ),
    (
        "Icelandic",
        "jan. janúar | feb. febrúar | mar. mars | apr. apríl | maí | jún. júní | júl. júlí | ágú. ágúst | \
         sep. september | okt. október | nóv. nóvember | des. desember",
    ),
    (
        "Russian",
        "янв. январь января | фев февр. февраль февраля | мар. март марта | апр. апрель апреля | май мая | \
         июн. июнь июня | июл. июль июля | авг. август августа | сен сент. сентябрь сентября | окт. октябрь \
         октября | ноя нояб. ноябрь ноября | дек. декабрь декабря",
    ),
    (
        "Ukrainian",
        "січ. січня січень | лют. лютий лютого | бер. березня березень | кві квіт. квітня квітень | тра трав. \
         травня травень | чер черв. червня червень | лип. липня липень | сер серп. серпня серпень | вер. \
         вересня вересень | жов жовт. жовтня жовтень | лис лист. листопад листопада | гру груд. грудня \
         грудень",
    ),
    (
        "Bulgarian",
        "яну януари | фев февруари | мар март | апр април | май | юни | юли | авг август | сеп септември | \
         окт октомври | ное ноември | дек декември",
    ),
];

/// Language, and the names of its seven weekdays from Monday on. Names of one letter are left out.
pub(super) const WEEKDAYS: &[(&str, &str)] = &[
    (
        "English",
        "mon. monday | tue. tues tuesday | wed. wednesday | thu. thur thurs thursday | fri. friday | sat. \
         saturday | sun. sunday",
    ),
    (
        "German",
        "mo. montag | di. dienstag | mi. mittwoch | do. donnerstag | fr. freitag | sa. samstag | so. sonntag",
    ),
    (
        "French",
        "lun. lundi | mar. mardi | mer. mercredi | jeu. jeudi | ven. vendredi | sam. samedi | dim. dimanche",
    ),
    (
        "Spanish",
        "lun. lunes | mar. martes | mié. miércoles | jue. jueves | vie. viernes | sáb. sábado | dom. domingo",
    ),
    (
        "Portuguese",
        "seg. segunda segunda-feira | ter. terça terça-feira | qua. quarta quarta-feira | qui. quinta \
         quinta-feira | sex. sexta sexta-feira | sáb. sábado | dom. domingo",
    ),
    (
        "Italian",
        "lun lunedì | mar martedì | mer mercoledì | gio giovedì | ven venerdì | sab sabato | dom domenica",
    ),
    ("Dutch", "ma maandag | di dinsdag | wo woensdag | do donderdag | vr vrijdag | za zaterdag | zo zondag"),
    (
        "Danish",
        "ma man. mandag | ti tir. tirs. tirsdag | on ons. onsdag | to tor. tors. torsdag | fr fre. fredag | \
         lø lør. lørdag | sø søn. søndag",
    ),
    (
        "Norwegian",
        "ma. må. mån man. mandag måndag | ti. ty. tys tir. tysdag tirsdag | on. ons. onsdag | to. tor. \
         torsdag | fr. fre. fredag | la. lau lø. lør. lørdag laurdag | su. sø. søn. sundag søndag",
    ),
    (
        "Swedish",
        "må mån måndag | ti tis tisdag | on ons onsdag | to tor tors torsdag | fr fre fredag | lö lör lördag \
         | sö sön söndag",
    ),
    (
        "Finnish",
        "ma maanantai maanantaina | ti tiistai tiistaina | ke keskiviikko keskiviikkona | to torstai \
         torstaina | pe perjantai perjantaina | la lauantai lauantaina | su sunnuntai sunnuntaina",
    ),
    (
        "Polish",
        "pn pon. poniedziałek | wt. wto wtorek | śr. śro środa | cz czw. czwartek | pią pt. piątek | so sob. \
         sobota | nie niedz. niedziela",
    ),
    ("Czech", "po pondělí | út úterý | st středa | čt čtvrtek | pá pátek | so sobota | ne neděle"),
    ("Slovak", "po pondelok | ut utorok | st streda | št štvrtok | pi piatok | so sobota | ne nedeľa"),
    ("Hungarian", "hétfő | kedd | szerda | csütörtök | péntek | szombat | vasárnap"),
    (
        "Romanian",
        "lu lun. luni | ma mar. marţi marți | mi mie. miercuri | jo joi | vin. vineri | sb sâ sâm. sâmbătă | \
         du dum. duminică",
    ),
    ("Estonian", "esmaspäev | teisipäev | kolmapäev | neljapäev | reede | laupäev | pühapäev"),
    (
        "Latvian",
        "pirmd. pirmdiena | otrd. otrdiena | trešd. trešdiena | ceturtd. ceturtdiena | pk piektd. piektdiena \
         | sestd. sestdiena | sv svētd. svētdiena",
    ),
    (
        "Turkish",
        "pzt pazartesi | sal salı | çar çrş çarşamba | per prş perşembe | cum cuma | cmt cts cumartesi | paz \
         pazar",
    ),
    (
        "Catalan",
        "dl. dilluns | dt. dimarts | dc. dimecres | dj. dijous | dv. divendres | ds. dissabte | dg. diumenge",
    ),
    (
        "Galician",
        "lun luns | mar. martes | mér. mércores | xov. xoves | ven. venres | sáb. sábado | sun dom. domingo",
    ),
    (
        "Afrikaans",
        "ma. maandag | di. dinsdag | wo. woensdag | do. donderdag | vr. vrydag | sa. saterdag | so. sun \
         sondag",
    ),
    ("Indonesian", "sen senin | sel selasa | rab rabu | kam kamis | jum jumat | sab sabtu | min minggu"),
    (
        "Icelandic",
        "mán. mánudagur | þri. þriðjudagur | mið. miðvikudagur | fim. fimmtudagur | fös. föstudagur | lau. \
         laugardagur | sun. sunnudagur",
    ),
    ("Russian", "пн понедельник | вт вторник | ср среда | чт четверг | пт пятница | сб суббота | вс воскресенье"),
    ("Ukrainian", "пн понеділок | вт вівторок | ср середа | чт четвер | пт пʼятниця | сб субота | нд неділя"),
    ("Bulgarian", "пн понеделник | вт вторник | ср сряда | чт четвъртък | пт петък | сб събота | нд неделя"),
];
