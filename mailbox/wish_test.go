package mailbox_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ite.digital/lethe/mailbox"
)

func TestASubjectIsUnderstoodInItsVariants(t *testing.T) {
	t.Parallel()
	for want, subjects := range map[mailbox.Wish][]string{
		mailbox.Erase: {
			"My information [forget]", "my information [Forget me]", "MY INFORMATION [DELETE]", "  My   information:erase  ",
			"My information [your request: please erase my personal data]", "My information - delete all of it, thank you",
			"My information (right to be forgotten)", "My info: remove", "My data [erasure under GDPR Art. 17]",
			"Re: My information [forget]", "RE : Fwd: my information [forget]", "Re[2]: My information [forget]", "TR: My information [forget]",
			"[EXTERNAL] My information [forget]", "My information «forget»", "My\u00a0information [forget]", "My inform\u00adation [forget]", "My information\u200b[forget]",
			"=?UTF-8?B?TXkgaW5mb3JtYXRpb24gW2ZvcmdldF0=?=", "=?utf-8?q?My_information?= =?utf-8?q?_[forget]?=",
			"=?windows-1252?Q?Mes_donn=E9es_[supprimer]?=", "=?iso-8859-15?Q?Mes_donn=E9es_[supprimer]?=", "Mes donn\xe9es [supprimer]",
			"Mes informations [oublier]", "Mes informations : droit à l'oubli", "Mes informations [s'il vous plaît, effacez mes données]",
			"Mes données personnelles [Suppression]", "Mes donne\u0301es [EFFACER]", "Mes données : veuillez bien vouloir supprimer mes données immédiatement, merci",
			"Mes données personnelles [je vous prie d'effacer toutes mes données]", "My data: kindly delete it immediately", "My information [oublier]", "Ｍｙ information [forget]",
			"=?utf-8?B?TXkgaW5mb3JtYXRpb24gW2ZvcmdldF0?=",                                          // without its padding
			"Mes =?utf-8?q?donn=C3?= =?utf-8?q?=A9es?= [effacer]",                                  // cut within a letter
			"=?x-unknown?q?My_information_[forget]?=", "=?utf-8*fr?q?Mes_donn=C3=A9es_[effacer]?=", // a charset nobody knows, a language
			"=?utf-8?q?My information?= [forget]", "=?UTF-8?Q?My_information?=[forget]", "=?utf-8?Q?My?= =?iso-8859-1?B?IGluZm9ybWF0aW9u?= [forget]", // mixed
			"My information\x00 [forget]", "My\u200b information [for\u200bget]", "\u202aMy information [forget]\u202c", "\u2067My information\u2069 [forget]",
			"My information [\U0001d41f\U0001d428\U0001d42b\U0001d420\U0001d41e\U0001d42d]", "My information [FORGET]\r\n",
			"My information [forget" + strings.Repeat(" forget", 10000) + "]",
		},
		mailbox.Restrict: {
			"My information [restrict]", "My information [stop using]", "My information: please stop using my data", "My information [do not use]",
			"My information [don't use it]", "My information [restriction of processing, Art. 18]", "My information [no longer process]",
			"Mes informations [limiter]", "Mes informations [ne plus utiliser]", "Mes données : arrêtez d'utiliser mes données",
			"Mes données [limitation du traitement]", "Mes données [veuillez cesser d'utiliser mes données]", "Mes données [restreindre]", "Mes données : ne pas traiter",
		},
		mailbox.Unclear: {
			"My information", "My information []", "My information [your request]", "My information [access]", "My information [export and delete]",
			"My information [do not delete]", "My information: don't forget my invoice", "My information [delete or restrict]", "My information [stop]",
			"My information [delete] and my brother's", "Mes informations [ne pas supprimer]", "Mes informations [votre demande]", "My information [do not restrict]",
			"My information [never delete]", "My information [stop deleting]", "My information [use]",
			"My information [f\u043erget]", // a Cyrillic letter
			"My information \u202e[tegrof]", "My information [forget\u3164]", "My information [for get]", "My information [forget " + strings.Repeat("x", 1<<20) + "]",
			"=?unknown-charset?B?TXkgaW5mb3JtYXRpb24=?=", "=?utf-8?B?not base64?=", "=?utf-8?x?My_information_[forget]?=", "=?utf-8?B?TXkg=?= =?utf-8?B?a?=",
		},
		mailbox.Nothing: {
			"", "Re:", "Invoice 4711", "Forget me", "Your information [forget]", "About my information [forget]", "My informal talk [delete]",
			"Delete my information", "42", "My", "=?utf-8?q?Invoice_4711?=", "=?x-mac-turkish?q?Invoice?=", "Is 1=?2 and 3?=4",
			"Му information [forget]", // Cyrillic letters, as nobody writes who means it
			"\u202etegrof\u202c my information", "\u2066\u2069",
		},
	} {
		for _, subject := range subjects {
			require.Equal(t, want, mailbox.ReadSubject(subject).Wish, "%q", subject)
		}
	}
}

func TestAFrenchSubjectIsAnsweredInFrench(t *testing.T) {
	t.Parallel()
	require.True(t, mailbox.ReadSubject("Mes informations [forget]").French)
	require.False(t, mailbox.ReadSubject("My information [oublier]").French)
}

func FuzzASubjectIsRead(f *testing.F) {
	for _, seed := range []string{"My information [forget]", "=?utf-8?q?=00?=", "Re: \xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, subject string) {
		first := mailbox.ReadSubject(subject)
		if again := mailbox.ReadSubject("Re: " + subject); again.Wish != first.Wish && first.Wish != mailbox.Nothing || again.Mentions != first.Mentions {
			t.Errorf("an answer says %+v, not %+v", again, first)
		}
	})
}
