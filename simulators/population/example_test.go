package population_test

import (
	"fmt"
	"log"
	"net/http"

	"ite.digital/lethe/simulators"
	"ite.digital/lethe/simulators/landbot"
	"ite.digital/lethe/simulators/population"
)

// A test founds a town, serves the vendors it needs, switches faults on, lets the client work, and asks who is left.
func Example() {
	town := population.New()
	url, stop, err := simulators.Serve(town.Landbot)
	if err != nil {
		log.Fatal(err)
	}
	defer stop()
	town.Landbot.Faults().Set(simulators.Rule{Kind: simulators.TooManyRequests, Times: 1})

	for range 2 {
		customer := town.RecordsIn(population.Landbot, population.Ana)[0]
		target := url + "/v1/customers/" + customer.ID + "/"
		request, err := http.NewRequest(http.MethodDelete, target, nil)
		if err != nil {
			log.Fatal(err) //nolint:gocritic // an example may leave the server behind
		}
		request.Header.Set("Authorization", "Token "+landbot.DefaultToken)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			log.Fatal(err)
		}
		_ = response.Body.Close()
		fmt.Println(response.Status)
	}
	fmt.Println(len(town.RecordsOf(population.Ana)), "records of Ana,", len(town.Remaining(population.Ana)), "left")
	fmt.Println(len(town.Harmed(population.Ana)), "others harmed")
	for _, d := range town.Landbot.Ledger().Deletions() {
		fmt.Println(d.Kind, "applied:", d.Applied)
	}
	// Output:
	// 429 Too Many Requests
	// 204 No Content
	// 8 records of Ana, 7 left
	// 0 others harmed
	// customer applied: false
	// customer applied: true
}
