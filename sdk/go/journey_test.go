package passbook

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"
)

const (
	maxWait = 20 * time.Second
	file    = "id,amount\n1,12.50\n2,7.00\n"
)

// must ends the test at an error.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// found ends the test where an answer is missing.
func found[T any](t *testing.T, value *T, body []byte) *T {
	t.Helper()
	if value == nil {
		t.Fatalf("another answer: %s", body)
	}
	return value
}

// until asks until the answer is as wanted.
func until[T any](t *testing.T, ask func() *T, isDone func(*T) bool) *T {
	t.Helper()
	for end := time.Now().Add(maxWait); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if answer := ask(); isDone(answer) {
			return answer
		}
	}
	t.Fatal("the answer did not become as wanted")
	return nil
}

func logIn(t *testing.T, ctx context.Context, url string) *ClientWithResponses {
	t.Helper()
	anonymous := must(NewClientWithResponses(url))
	answer := must(anonymous.LoginWithResponse(ctx, LoginJSONRequestBody{
		Username: os.Getenv("PASSBOOK_USERNAME"),
		Password: os.Getenv("PASSBOOK_PASSWORD"),
	}))
	token := found(t, answer.JSON200, answer.Body).AccessToken
	return must(NewClientWithResponses(url, WithRequestEditorFn(
		func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+token)
			return nil
		})))
}

func book(t *testing.T, ctx context.Context, client *ClientWithResponses, user Id, amount string, kind TransactionType) Id {
	t.Helper()
	body := TransactionCreate{UserId: user, TransactionType: kind}
	must(0, body.TransactionAmount.FromAmountInput0(amount))
	must(0, body.TransactionDate.FromDateOrDateTime0(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)))
	key := rand.Text()
	answer := must(client.CreateTransactionWithResponse(ctx, &CreateTransactionParams{IdempotencyKey: &key}, body))
	return found(t, answer.JSON201, answer.Body).Id
}

func history(t *testing.T, ctx context.Context, client *ClientWithResponses, user Id) []Id {
	t.Helper()
	var ids []Id
	perPage, cursor := int32(1), ""
	for next := &cursor; next != nil; {
		page := must(client.ListUserTransactionsWithResponse(ctx, user, &ListUserTransactionsParams{PerPage: &perPage, Cursor: next}))
		for _, transaction := range *found(t, page.JSON200, page.Body) {
			ids = append(ids, transaction.Id)
		}
		next = page.Headers200.XNextCursor
	}
	return ids
}

// loads waits until the file of an import is loaded.
func loads(t *testing.T, ctx context.Context, client *ClientWithResponses, id Id) {
	t.Helper()
	loaded := until(t, func() *Import {
		answer := must(client.GetImportWithResponse(ctx, id, nil))
		return found(t, answer.JSON200, answer.Body)
	}, func(answer *Import) bool { return answer.FinishedAt != nil })
	if loaded.RowsLoaded != 2 {
		t.Fatalf("%d rows were loaded", loaded.RowsLoaded)
	}
}

func TestJourney(t *testing.T) {
	url := os.Getenv("PASSBOOK_URL")
	if url == "" {
		t.Skip("PASSBOOK_URL says where a service runs")
	}
	ctx := context.Background()
	client := logIn(t, ctx, url)

	email := rand.Text() + "@customers.example"
	created := must(client.CreateUserWithResponse(ctx, nil, UserCreate{Name: "Asha Rao", Email: email}))
	user := found(t, created.JSON201, created.Body).Id

	booked := []Id{
		book(t, ctx, client, user, "1250.00", TransactionTypeCredit),
		book(t, ctx, client, user, "99.90", TransactionTypeDebit),
	}
	listed := history(t, ctx, client, user)
	slices.Sort(listed)
	if !slices.Equal(listed, booked) {
		t.Fatalf("listed %v, booked %v", listed, booked)
	}

	figures := until(t, func() *Analytics {
		answer := must(client.GetUserAnalyticsWithResponse(ctx, user, nil))
		return found(t, answer.JSON200, answer.Body)
	}, func(answer *Analytics) bool { return answer.IsCurrent })
	if figures.NetTotal != "1150.10" || figures.Period != nil || figures.BusiestDay.TransactionCount != 2 {
		t.Fatalf("the figures are %+v", figures)
	}

	name := "orders_" + rand.Text()
	sent := must(client.CreateImportWithBodyWithResponse(ctx, &CreateImportParams{Kind: ImportKindDataset, Name: &name}, "text/csv", bytes.NewBufferString(file)))
	loads(t, ctx, client, found(t, sent.JSON202, sent.Body).Id)

	name = "orders_" + rand.Text()
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	must(io.WriteString(must(writer.CreateFormFile("file", "orders.csv")), file))
	must(0, writer.Close())
	posted := must(client.CreateImportFromFormWithBodyWithResponse(ctx, &CreateImportFromFormParams{Kind: ImportKindDataset, Name: &name}, writer.FormDataContentType(), &form))
	loads(t, ctx, client, found(t, posted.JSON202, posted.Body).Id)

	refused := must(client.CreateUserWithResponse(ctx, nil, UserCreate{Name: "", Email: email}))
	problem := found(t, refused.ApplicationproblemJSON422, refused.Body)
	if problem.Errors[0].Path != "/name" {
		t.Fatalf("the problem is %+v", problem)
	}
}
