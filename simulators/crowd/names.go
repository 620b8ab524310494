package crowd

import (
	"math/rand/v2"
	"strings"
)

// culture is where a person's names come from. Common names come first in the lists and are drawn
// more often; heads and tails compose the rare last names that most people of a country have.
type culture struct {
	share        int
	countries    []*country // the first is the most frequent
	first, last  []string
	heads, tails []string
}

var cultures = []culture{
	{
		share: 34, countries: []*country{germany, germany, germany, germany, germany, germany, germany, britain},
		first: words(`Peter Anna Michael Maria Thomas Sabine Andreas Petra Stefan Monika Christian Julia Martin Claudia
			Markus Susanne Daniel Katharina Jan Lena Florian Laura Tobias Sarah Sebastian Lisa Matthias Jana Jürgen
			Ursula Klaus Renate Wolfgang Karin Uwe Birgit Jörg Heike Lukas Hannah Felix Mia Jonas Emma Paul Lea Leon
			Marie Niklas Sophie Günther Käthe Björn Jördis Elisabeth Johannes`),
		last: words(`Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer
			Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner
			Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang
			Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz`),
		heads: words(`Stein Berg Feld Wald Lind Eich Rosen Brand Hag Kirch Ober Unter Nieder Hohen Alt Neu Schön Grün
			Sand Bach Mühl Hirsch Adler Falken Eber Wies Buch Birken Tannen Dorn Licht Sonnen Winter Sommer Oster Holz`),
		tails: words(`mann bauer hofer maier berger müller meister huber egger stätter bach feld stein thal rath loh
			kamp brink hausen wald reuther ländler ing ner`),
	},
	{
		share: 14, countries: []*country{france, france, france, france, germany},
		first: words(`Jean Marie Pierre Nathalie Michel Isabelle Philippe Sylvie Nicolas Catherine Julien Céline Thomas
			Julie François Valérie Laurent Sandrine Sébastien Aurélie David Émilie Frédéric Camille Alexandre Léa
			Antoine Manon Hugo Chloé Mathieu Élodie Guillaume Pauline Benoît Hélène Étienne Margaux`),
		last: words(`Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy
			Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre
			Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Perrin Robin Clément`),
		heads: words(`Mont Beau Bel Char Cour Dela Font Gran Haute Lan Mar Mal Pel Per Plan Pont Rou Sau Tail Val Ver
			Vill Bour Cham Des Fer Gour Mail`),
		tails: words(`ault eau ier ard on et ot in ère elle ette ange court mont pré ville din gnac nac ret`),
	},
	{
		share: 15, countries: []*country{britain, britain, unitedStates, unitedStates, germany},
		first: words(`John Mary James Elizabeth Robert Jennifer William Linda David Susan Michael Sarah Richard Karen
			Thomas Emma Daniel Laura Matthew Rebecca Andrew Charlotte Christopher Emily Joseph Katherine Edward
			Margaret Anthony Alice Samuel Grace Benjamin Hannah Jack Olivia Harry Amelia`),
		last: words(`Smith Jones Williams Johnson Brown Taylor Davies Wilson Evans Thomas Roberts Walker Wright Robinson
			Thompson White Hughes Edwards Green Hall Lewis Harris Clarke Patel Jackson Wood Turner Martin Cooper Hill
			Ward Morris Moore Clark Lee King Baker Harrison Morgan Allen Parker O'Neill`),
		heads: words(`Ash Black Brad Burn Carl Clay Cran Dal East Fair Green Hart Haw Hol Kings Lang Lin Mar North Oak
			Pem Rad Red Rush Sher South Stan Thorn West Whit Win Wood`),
		tails: words(`ford ton ley wood field worth by ham well brook man den bury shaw more croft low stead`),
	},
	{
		share: 9, countries: []*country{mexico, mexico, mexico, mexico, unitedStates, germany},
		first: words(`José María Juan Guadalupe Luis Ana Carlos Laura Jesús Fernanda Miguel Alejandra Francisco Gabriela
			Jorge Patricia Alejandro Sofía Ricardo Daniela Eduardo Verónica Fernando Mariana Roberto Valeria Sergio
			Ximena Raúl Claudia Andrés Lucía`),
		last: words(`Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Cruz Flores Gómez Morales
			Vázquez Reyes Jiménez Torres Díaz Gutiérrez Ruiz Mendoza Aguilar Ortiz Moreno Castillo Romero Álvarez Méndez
			Chávez Rivera Juárez Ramos Domínguez Herrera Medina Castro Vargas Guzmán`),
		heads: words(`Monte Villa Castel Alta Cal Car Cas Del Esca Fuen Gal Mal Mon Pal Sal San Val Ver Zar Bar Cer`),
		tails: words(`verde nueva blanco rosa ero illo ado ona ares avides eda iz ano ana ines uela`),
	},
	{
		share: 9, countries: []*country{brazil, brazil, brazil, brazil, brazil, germany},
		first: words(`José Maria João Ana Antônio Francisca Carlos Adriana Paulo Juliana Pedro Márcia Lucas Fernanda Luiz
			Patrícia Marcos Aline Gabriel Camila Rafael Amanda Daniel Bruna Marcelo Jéssica Bruno Letícia Eduardo
			Júlia Felipe Luciana Rodrigo Vanessa Thiago Mariana`),
		last: words(`Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins
			Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques
			Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo`),
		heads: words(`Cas Mon Val Bar Cam Car Fer Gui Mag Mal Mat Mer Per Pin Quei Sal Sam Tav Tel Vas Ver`),
		tails: words(`tro teiro eira ães alhães aio ares anca eiros ejo elo ilho inho ote oura ulo`),
	},
	{
		share: 6, countries: []*country{benin, benin, benin, benin, france},
		first: words(`Kossi Afi Koffi Adjoa Codjo Essi Sèna Reine Parfait Clarisse Romuald Prisca Fiacre Mireille Arnaud
			Rachidatou Ibrahim Fatima Moussa Aïcha Justin Bernadette Gildas Sylvie Wilfried Nadège Hervé Estelle`),
		last: words(`Adjovi Agbo Ahouansou Akpovi Alladé Amoussou Assogba Azon Bossou Chabi Dossou Dossa Fassinou
			Gbaguidi Gnonlonfoun Hounkpè Houngbo Hounsou Houssou Kpadé Lokossou Orou Sagbo Sossou Tossou Yessoufou
			Zannou Zinsou`),
		heads: words(`Ada Aga Ahi Aho Ako Ali Ama Ani Ata Aze Bo Do Fa Ga Gbe Houn Houe Kou Kpo Lo Me No So To Vi Yo Ze`),
		tails: words(`gbo kpa nou vi dji ssou hin kin mè nsi tin wanou yé zo dé djè fon gni`),
	},
	{
		share: 5, countries: []*country{tunisia, tunisia, tunisia, france, germany},
		first: words(`Mohamed Fatma Ahmed Mariem Ali Amira Mehdi Ines Youssef Sarra Sami Nour Karim Leïla Walid Rim
			Hichem Salma Nabil Asma Anis Olfa Bilel Yasmine Skander Hela Aymen Emna`),
		last: words(`Trabelsi Ben-Ali Jaziri Mejri Hammami Bouazizi Gharbi Khelifi Jebali Chaabane Mansouri Ayari Sassi
			Dridi Riahi Belhadj Mabrouk Karoui Saidi Oueslati Ferchichi Zouari Ghanmi Baccouche`),
		heads: words(`Abd Bel Ben Bou Cha Fer Gha Ham Jel Kha Lah Maa Mes Nas Oua Rez Sel Tou Zar`),
		tails: words(`ani aoui assi ali iri ouni lemi jani chi bani mi didi rouki`),
	},
	{
		share: 5, countries: []*country{germany},
		first: words(`Mehmet Fatma Mustafa Ayşe Ahmet Emine Ali Hatice Hüseyin Zeynep Hasan Elif İbrahim Meryem Murat Esra
			Emre Büşra Can Merve Deniz Selin Burak Aylin`),
		last: words(`Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin
			Kara Koç Kurt Özkan Şimşek`),
		heads: words(`Ak Al Ay Bay Boz Can Demir El Er Gök Gül Gün Kara Kızıl Öz Sarı Taş Yal`),
		tails: words(`oğlu taş kan soy tekin yurt er han demir kaya su gül türk`),
	},
	{
		share: 3, countries: []*country{poland, poland, germany},
		first: words(`Piotr Anna Krzysztof Maria Andrzej Katarzyna Tomasz Małgorzata Paweł Agnieszka Jan Barbara Michał Ewa
			Marcin Magdalena Jakub Zofia Łukasz Joanna`),
		last: words(`Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak
			Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk`),
		heads: words(`Bor Brze Chmie Dom Gór Gra Jab Jawor Kal Las Lip Mal Ost Pola Rad Sad Sos Wier Zale Zaw`),
		tails: words(`owski ewski iński ak czyk ik owicz ecki icki a`),
	},
}

func words(s string) []string { return strings.Fields(s) }

// hypocorisms are short forms, by folded first name, in which people write their own addresses.
var hypocorisms = map[string]string{
	"robert": "bob", "william": "bill", "elizabeth": "liz", "elisabeth": "lisi", "katherine": "kate", "michael": "mike",
	"richard": "dick", "james": "jim", "margaret": "peggy", "edward": "ted", "thomas": "tom", "christopher": "chris",
	"jennifer": "jenny", "daniel": "danny", "matthew": "matt", "andrew": "andy", "andreas": "andi", "stefan": "steff",
	"johannes": "hannes", "wolfgang": "wolle", "sebastian": "basti", "katharina": "kathi", "matthias": "hias",
	"alexandre": "alex", "nicolas": "nico", "jose": "pepe", "francisco": "paco", "guadalupe": "lupita", "antonio": "toninho",
	"francisca": "chica", "mohamed": "mo", "mehmet": "memo", "malgorzata": "gosia", "katarzyna": "kasia", "jakub": "kuba",
	"susanne": "susi", "joseph": "joe", "samuel": "sam", "benjamin": "ben", "anthony": "tony", "fernanda": "fe",
}

var (
	handleHeads = words(`blue red silver happy lucky dark sunny crazy night wild little big super magic iron green cool`)
	handleTails = words(`fox star wolf rider lady tiger dream cat moon bird pirate dancer bear gamer angel storm rose`)
)

// umlauts folds German names as Germans do, others have the letters without their marks.
var (
	umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")
	marks   = strings.NewReplacer(
		"ä", "a", "ö", "o", "ü", "u", "ß", "ss", "á", "a", "à", "a", "ã", "a", "â", "a", "ą", "a", "é", "e", "è", "e",
		"ê", "e", "ë", "e", "ę", "e", "í", "i", "ï", "i", "î", "i", "ı", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u",
		"û", "u", "ç", "c", "ć", "c", "ñ", "n", "ń", "n", "ş", "s", "ś", "s", "ğ", "g", "ł", "l", "ź", "z", "ż", "z",
		"̇", "", "'", "")
)

// fold writes a name as it appears in an address.
func fold(name string, german bool) string {
	name = strings.ToLower(name)
	if german {
		name = umlauts.Replace(name)
	}
	return marks.Replace(name)
}

// frequent draws from a list whose first entries are the most frequent.
func frequent(r *rand.Rand, list []string) string {
	u := r.Float64()
	return list[int(float64(len(list))*u*u)]
}

func anyOf[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// firstName draws one name, or two for one person in twelve.
func (c *culture) firstName(r *rand.Rand) string {
	name := frequent(r, c.first)
	if !chance(r, 0.08) {
		return name
	}
	for {
		if second := anyOf(r, c.first); second != name {
			return name + "-" + second
		}
	}
}

// lastName draws one of the common names for three people in ten, and a rare one for the others.
func (c *culture) lastName(r *rand.Rand) string {
	head, tail := anyOf(r, c.heads), anyOf(r, c.tails)
	switch weighted(r, 30, 20, 50) {
	case 0:
		return frequent(r, c.last)
	case 1:
		return head + tail
	default:
		return head + strings.ToLower(anyOf(r, c.heads)) + tail
	}
}

// chance is true at the rate given, from 0 to 1.
func chance(r *rand.Rand, rate float64) bool { return r.Float64() < rate }

// weighted draws an index in proportion to the weights.
func weighted(r *rand.Rand, weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.IntN(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}
