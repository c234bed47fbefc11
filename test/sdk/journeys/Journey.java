package org.openapitools;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.AnalyticsApi;
import org.openapitools.client.api.AuthApi;
import org.openapitools.client.api.ImportsApi;
import org.openapitools.client.api.TransactionsApi;
import org.openapitools.client.api.UsersApi;
import org.openapitools.client.model.Analytics;
import org.openapitools.client.model.Credentials;
import org.openapitools.client.model.ImportKind;
import org.openapitools.client.model.ImportStatus;
import org.openapitools.client.model.ModelImport;
import org.openapitools.client.model.Transaction;
import org.openapitools.client.model.TransactionCreate;
import org.openapitools.client.model.TransactionType;
import org.openapitools.client.model.UserCreate;
import org.openapitools.client.model.ValidationProblem;
import org.openapitools.jackson.nullable.JsonNullableModule;
import org.springframework.http.converter.json.MappingJackson2HttpMessageConverter;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.RestTemplate;

/** Goes through the service of PASSBOOK_URL. */
public final class Journey {
  private static final long MAX_WAIT_MS = 20_000;
  private static final long PAUSE_MS = 50;

  private static void check(boolean holds, Object seen) {
    if (!holds) throw new IllegalStateException(String.valueOf(seen));
  }

  private static <T> T until(Supplier<T> ask, Predicate<T> isDone) throws InterruptedException {
    long end = System.currentTimeMillis() + MAX_WAIT_MS;
    for (;;) {
      T answer = ask.get();
      if (isDone.test(answer)) return answer;
      check(System.currentTimeMillis() < end, answer);
      Thread.sleep(PAUSE_MS);
    }
  }

  /** The generator's own writes what is undefined as an object, and what is missing as null. */
  private static RestTemplate restTemplate() {
    ObjectMapper mapper = new ObjectMapper()
        .registerModule(new JavaTimeModule())
        .registerModule(new JsonNullableModule())
        .setSerializationInclusion(JsonInclude.Include.NON_NULL);
    RestTemplate template = new RestTemplate();
    template.getMessageConverters().removeIf(MappingJackson2HttpMessageConverter.class::isInstance);
    template.getMessageConverters().add(new MappingJackson2HttpMessageConverter(mapper));
    return template;
  }

  public static void main(String[] arguments) throws Exception {
    ApiClient client = new ApiClient(restTemplate()).setBasePath(System.getenv("PASSBOOK_URL"));
    Credentials credentials = new Credentials()
        .username(System.getenv("PASSBOOK_USERNAME"))
        .password(System.getenv("PASSBOOK_PASSWORD"));
    client.setAccessToken(new AuthApi(client).login(credentials).getAccessToken());

    UsersApi users = new UsersApi(client);
    String email = UUID.randomUUID() + "@customers.example";
    long user = users.createUser(new UserCreate().name("Asha Rao").email(email), null).getId();

    TransactionsApi transactions = new TransactionsApi(client);
    List<Long> booked = new ArrayList<>();
    for (String amount : Arrays.asList("1250.00", "99.90")) {
      TransactionCreate body = new TransactionCreate().userId(user).transactionDate("2026-01-31")
          .transactionAmount(amount).transactionType(TransactionType.CREDIT);
      booked.add(transactions.createTransaction(body, UUID.randomUUID().toString()).getId());
    }
    List<Long> listed = new ArrayList<>();
    for (int page = 1; page <= 2; page++) {
      List<Transaction> items = transactions.listUserTransactions(
          user, null, page, 1, null, null, null, null, null, null, null);
      for (Transaction item : items) listed.add(item.getId());
    }
    check(listed.size() == 2 && listed.containsAll(booked), listed);

    AnalyticsApi analytics = new AnalyticsApi(client);
    Analytics figures = until(
        () -> analytics.getUserAnalytics(user, null, null, null, null, null), Analytics::getIsCurrent);
    check("1349.90".equals(figures.getNetTotal()) && figures.getPeriod() == null, figures);

    ImportsApi imports = new ImportsApi(client);
    Path file = Files.createTempFile("orders", ".csv");
    Files.write(file, "id,amount\n1,12.50\n2,7.00\n".getBytes());
    String name = "orders_" + user;
    // Its RestTemplate has no converter for the file that createImport takes.
    ModelImport sent = imports.createImportFromForm(
        ImportKind.DATASET, file.toFile(), name,
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    Files.delete(file);
    ModelImport loaded = until(
        () -> imports.getImport(sent.getId(), null), answer -> answer.getFinishedAt() != null);
    check(loaded.getStatus() == ImportStatus.COMPLETED && loaded.getRowsLoaded() == 2, loaded);

    try {
      users.createUser(new UserCreate().name("").email(email), null);
      check(false, "it was not refused");
    } catch (RestClientResponseException error) {
      ValidationProblem problem =
          new ObjectMapper().readValue(error.getResponseBodyAsString(), ValidationProblem.class);
      check("validation_failed".equals(problem.getCode()), problem);
    }
    System.out.println("The Java client went through its journey.");
  }
}
