//nolint:misspell // the words are of many languages
package mailbox

// This file is the vocabulary by which subjects and senders are understood: data, in small
// letters and without accents, as [wordsOf] leaves words.

// openings are the words with which a request of the announced form begins.
var openings = []struct {
	words  string
	french bool
}{
	{"my personal information", false}, {"my personal data", false}, {"my information", false}, {"my informations", false},
	{"my info", false}, {"my data", false}, {"mes informations personnelles", true}, {"mes donnees personnelles", true},
	{"mes informations", true}, {"mes donnees", true},
}

// The words after the opening that decide, and those that say nothing.
var (
	erasing = setOf("forget forgotten delete deleted deleting deletion erase erased erasing erasure remove removed removing removal " +
		"oublier oubliez oublie oubliee oubli supprimer supprimez supprime supprimees suppression effacer effacez efface effacees effacement")
	restricting = setOf("restrict restricted restricting restriction limit limited limitation restreindre restreignez restreint limiter limitez limite")
	using       = setOf("use using used usage process processing utiliser utilisez utilise utilisees utilisation traiter traitement")
	stopping    = setOf("stop stopping cease end no not don dont longer arreter arretez arret cesser cessez ne pas plus fin")
	fillers     = setOf("me my mine please pls data information informations info personal all of the from your yours you i want would like " +
		"to be being right request for about under gdpr article art 17 18 it them now and any do t that thanks thank kindly immediately " +
		"moi mes ma mon donnees personnelles svp s il vous plait de du des la le les l d a toutes tout droit demande merci je veux " +
		"souhaite veuillez bien vouloir prie immediatement rgpd que soient etre et votre vos se c")
	refusing = setOf("not don dont no ne pas never jamais t")
)

// replyPrefixes are what mail programs write before the subject of an answer.
var replyPrefixes = setOf("re aw antw antwort ref rif r sv res odp vl ynt bls 回复 答复 رد")

// forwardPrefixes are what mail programs write before the subject of what somebody
// forwards: the sender is then not whose request it is.
var forwardPrefixes = setOf("fw fwd forward forwarded wg weitergeleitet tr transfere rv reenviado i inoltra inoltrato enc encaminhada vs videresendt " +
	"vb vidarebefordrat doorst doorgestuurd pd przekazane ilt trs tovabbitva 转发 轉寄 اعادة توجيه")

// tags are the words of the marks that gateways write before a subject, such as
// "[EXTERN]", "*** SPAM ***", "[SUSPECTED SPAM]", "{Spam?}" and "[CAUTION: External]".
var tags = setOf("ext extern external externe externer externo externa esterno esterna email mail e sender source message nachricht " +
	"spam junk bulk suspected suspect suspicious possible possibly probable probably probablement likely maybe verdacht spamverdacht pourriel " +
	"caution warning achtung attention attenzione atencion warnung unverified unknown untrusted virus phishing scanned checked tagged marketing score")

// requestWords are the words by which a subject that is not of the announced form may be a
// request, by language. A stem stands for all words that begin so; a phrase is words in a
// row.
var requestWords = []struct {
	language string
	stems    string
	phrases  []string
}{
	{"laws", "gdpr dsgvo rgpd gpdr lgpd ccpa cpra dsar dsr", []string{
		"ds gvo", "article 17", "art 17", "artikel 17", "articulo 17", "articolo 17", "artigo 17", "article 18", "art 18",
	}},
	{"English", "delet erase erasing erasure forget forgotten restrict", []string{
		"my data", "my personal data", "personal data", "my information", "my personal information", "personal information", "my info", "my details", "my account",
		"remove me", "remove my", "removal request", "data removal", "data protection", "data subject", "privacy request", "privacy rights", "opt out", "do not sell",
		"do not contact", "stop using", "stop processing", "limit the use", "limit use", "right to object",
	}},
	{"French", "supprim suppress effac oubli restrein desinscri", []string{
		"mes donnees", "mes informations", "mes infos", "donnees personnelles", "informations personnelles", "mon compte", "limiter l", "limitation du traitement",
		"retirer mes", "protection des donnees", "droit d acces", "droit d opposition", "ne plus utiliser",
	}},
	{"German", "losch loesch geloscht geloescht vergess einschrank datenschutz betroffenenrecht auskunftsersuchen widerspruch", []string{
		"meine daten", "meiner daten", "meinen daten", "personenbezogene daten", "personenbezogener daten", "mein konto", "meines kontos", "daten entfernen",
	}},
	{"Spanish", "elimin borr suprim supresion olvid olvido cancelacion limitacion", []string{
		"mis datos", "datos personales", "mi informacion", "mi cuenta", "proteccion de datos", "derechos arco", "darme de baja", "limitar el",
	}},
	{"Italian", "cancellar cancellazion cancellatemi elimin rimuov rimozione dimentic oblio limitazione", []string{
		"cancella i", "cancellate i", "miei dati", "dati personali", "mie informazioni", "mio account", "protezione dei dati", "diritto di accesso",
	}},
	{"Portuguese", "apag elimin excluir exclua exclusao esquec esquecimento remocao", []string{
		"meus dados", "dados pessoais", "minhas informacoes", "minha conta", "protecao de dados", "limitar o",
	}},
	{"Dutch", "verwijder vergeet vergetelheid beperk avg gegevensbescherming", []string{
		"wis mijn", "wissen van", "mijn gegevens", "mijn persoonsgegevens", "persoonlijke gegevens", "mijn account", "mijn data",
	}},
	{"Arabic", "حذف احذف احذفوا مسح امسح محو امح ازاله ازالة نسيان النسيان تقييد بياناتي بيانات معلوماتي حسابي الخصوصيه الخصوصية", nil},
}

// automaticSubjects are what the subject of a program's answer begins with.
var automaticSubjects = []string{
	"automatic reply", "automatic response", "auto reply", "autoreply", "auto response", "out of office", "out of the office", "vacation",
	"reponse automatique", "absence du bureau", "automatische antwort", "abwesenheitsnotiz", "abwesend", "respuesta automatica", "fuera de la oficina",
	"risposta automatica", "fuori sede", "resposta automatica", "automatisch antwoord", "afwezig", "automatiskt svar", "autosvar", "automatisk svar",
	"odpowiedz automatyczna", "رد تلقائي", "الرد التلقائي",
}

// programs are the addresses, before the @ and without what separates words, from which
// programs write: forms, shops and help desks, which may pass on what a person asked.
var programs = setOf("noreply noreplies donotreply dontreply noanswer nepasrepondre nepasrepondreacemail sansreponse noresponder noresponda norespondas " +
	"naoresponda naoresponder keineantwort nichtantworten bittenichtantworten antwortenicht nonrispondere norispondere nietbeantwoorden nietantwoorden geenantwoord " +
	"nieodpowiadaj svarainte svarej inteatttbesvara laeiramoteld eivastata " +
	"wordpress wp wwwdata www apache apache2 httpd nginx nobody php root cron anonymous webserver " +
	"form forms formular formulaire formulario kontaktformular contactform contactus webform webforms website webmaster wixforms " +
	"mailer mailservice notification notifications notify notifier alert alerts robot bot daemon system automailer bounce bounces " +
	"helpdesk servicedesk support ticket tickets jira zammad otrs osticket freescout kundenservice serviceclient")

// helpDesks are the domains from which help desks, forms and shops write for others, with
// those of their customers under them.
var helpDesks = setOf("zendesk.com freshdesk.com freshservice.com freshworks.com helpscout.net helpscoutapp.com zammad.com intercom-mail.com " +
	"atlassian.net gorgias.com front.com frontapp.com groovehq.com crisp.email tawk.to hubspotemail.net jotform.com typeform.com wufoo.com " +
	"formspree.io formsubmit.co 123formbuilder.com cognitoforms.com surveymonkey.com googleforms.com shopify.com wix-forms.com squarespace.info " +
	"netlify.com basin.email webflow.com tally.so")

// agents are the domains of services that ask in the name of others.
var agents = setOf("saymine.com incogni.com joindeleteme.com deleteme.com optery.com privacybee.com kanary.com onerep.com permissionslipcr.com " +
	"privacyduck.com removaly.com easyoptouts.com aura.com yourdigitalrights.org datenanfragen.de datarequests.org rightly.co.uk")

// mailers are what X-Mailer begins with where a website's form or a help desk sends.
var mailers = []string{"phpmailer", "php/", "wpmailsmtp", "wp mail", "drupal", "joomla", "osticket", "zammad", "otrs", "znuny", "zendesk", "freescout", "jira", "request tracker"}

// mailProviders are domains in which anybody can have an address: that the mailbox is
// there makes nobody else there one of the company.
var mailProviders = setOf("gmail.com googlemail.com outlook.com outlook.fr outlook.de hotmail.com hotmail.fr hotmail.de hotmail.co.uk live.com live.fr msn.com " +
	"yahoo.com yahoo.fr yahoo.de yahoo.co.uk yahoo.es yahoo.it ymail.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de " +
	"t-online.de freenet.de posteo.de mailbox.org mail.de orange.fr wanadoo.fr free.fr laposte.net sfr.fr bbox.fr libero.it virgilio.it tiscali.it " +
	"proton.me protonmail.com pm.me tutanota.com tuta.com fastmail.com zoho.com mail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com " +
	"uol.com.br bol.com.br terra.com.br sapo.pt ziggo.nl kpnmail.nl xs4all.nl bluewin.ch telenet.be skynet.be btinternet.com comcast.net")
