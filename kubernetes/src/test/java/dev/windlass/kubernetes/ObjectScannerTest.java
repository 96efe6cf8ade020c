package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ObjectScanner.Event;
import dev.windlass.kubernetes.ObjectScanner.ListMeta;
import dev.windlass.kubernetes.ObjectScanner.Scanned;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ObjectScannerTest {

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonMapper MAPPER = new JsonMapper();

    private static ObjectScanner scanner(String text, int chunk, Set<String> omit, boolean metadataOnly) {
        return new ObjectScanner(JSON, new Chunked(text.getBytes(StandardCharsets.UTF_8), chunk),
                OmittedFields.of(omit),
                metadataOnly);
    }

    /** Gives at most so many bytes at once, as networks do. */
    private static final class Chunked extends ByteArrayInputStream {

        private final int chunk;

        Chunked(byte[] bytes, int chunk) {
            super(bytes);
            this.chunk = chunk;
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(chunk, length));
        }
    }

    private static String text(Scanned scanned) {
        return new String(scanned.json(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096, 1 << 20})
    void eachItemIsCutOutAsTheServerSentIt(int chunk) {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            items.add(
                    "{\"metadata\":{\"name\":\"n%d\",\"namespace\":\"ns\",\"uid\":\"u%d\",\"resourceVersion\":\"%d\",\"labels\":{\"name\":\"not me\"}},\"data\":{\"ключ\":\"\\\"}{ %s é\"}}"
                            .formatted(i, i, 100 + i, "x".repeat(i * 3)));
        }
        String list = "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"77\",\"continue\":\"c\"},\"items\":["
                + String.join(",", items) + "]}\n";
        List<Scanned> found = new ArrayList<>();
        ListMeta meta;
        try (ObjectScanner scanner = scanner(list, chunk, Set.of(), false)) {
            meta = scanner.readList(found::add);
        }
        assertThat(meta).isEqualTo(new ListMeta("77", "c"));
        assertThat(found).extracting(ObjectScannerTest::text).isEqualTo(items);
        Scanned third = found.get(3);
        assertThat(List.of(third.namespace(), third.name(), third.uid(), third.resourceVersion()))
                .containsExactly("ns", "n3", "u3", "103");
    }

    @Test
    void aListMayNameItsItemsFirstOrHaveNone() {
        List<Scanned> found = new ArrayList<>();
        try (ObjectScanner scanner = scanner(
                "{\"items\":[{\"metadata\":{\"name\":\"a\"}}],\"metadata\":{\"resourceVersion\":\"5\"}}",
                3, Set.of(), false)) {
            assertThat(scanner.readList(found::add).resourceVersion()).isEqualTo("5");
        }
        assertThat(found).extracting(Scanned::name).containsExactly("a");
        try (ObjectScanner scanner = scanner("{\"metadata\":{\"resourceVersion\":\"6\"},\"items\":null}", 3, Set.of(),
                false)) {
            assertThat(scanner.readList(found::add).resourceVersion()).isEqualTo("6");
        }
        assertThat(found).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"metadata\":{\"managedFields\":[{\"a\":1}],\"name\":\"n\"},\"data\":{\"a\":\"b\"},\"spec\":{}}",
            "{\"metadata\":{\"name\":\"n\",\"managedFields\":[{\"a\":1}]},\"spec\":{},\"data\":{\"a\":\"b\"}}",
            "{\"data\":{\"a\":\"b\"},\"metadata\":{\"name\":\"n\",\"managedFields\":null},\"spec\":{}}",
            "{\"data\":\"text\",\"metadata\":{\"name\":\"n\",\"managedFields\":\"}{\"},\"spec\":{}}",
            "{ \"data\" : 12 , \"metadata\" : { \"managedFields\" : [ ] , \"name\" : \"n\" } , \"spec\" : { } }"})
    void omittedFieldsAreLeftOutWhereverTheyStand(String object) {
        try (ObjectScanner scanner = scanner("{\"items\":[" + object + "]}", 2,
                Set.of("data", "metadata.managedFields"), false)) {
            List<Scanned> found = new ArrayList<>();
            scanner.readList(found::add);
            JsonNode left = MAPPER.readTree(found.getFirst().json());
            assertThat(left).isEqualTo(MAPPER.readTree("{\"metadata\":{\"name\":\"n\"},\"spec\":{}}"));
        }
    }

    @Test
    void onlyMetadataIsKeptWhenOnlyMetadataWasAskedFor() {
        try (ObjectScanner scanner = scanner(
                "{\"items\":[{\"kind\":\"K\",\"apiVersion\":\"v1\",\"a\":1,\"metadata\":{\"name\":\"n\",\"managedFields\":[]},\"b\":2}]}",
                5,
                Set.of("metadata.managedFields"), true)) {
            List<Scanned> found = new ArrayList<>();
            scanner.readList(found::add);
            assertThat(text(found.getFirst()))
                    .isEqualTo("{\"kind\":\"K\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n\"}}");
        }
    }

    @Test
    void anEventIsHandedOutBeforeTheNextOneArrives() {
        String first = "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"1\"}}}\n";
        InputStream stalled = new InputStream() {
            private final Chunked sent = new Chunked(first.getBytes(StandardCharsets.UTF_8), 1000);

            @Override
            public int read() {
                throw new AssertionError("read on after a complete event");
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                int count = sent.read(target, offset, length);
                if (count < 0) {
                    throw new AssertionError("read on after a complete event");
                }
                return count;
            }
        };
        try (ObjectScanner scanner = new ObjectScanner(JSON, stalled, OmittedFields.of(Set.of()), false)) {
            Event event = Objects.requireNonNull(scanner.nextEvent());
            assertThat(event.type()).isEqualTo("ADDED");
            assertThat(event.object().resourceVersion()).isEqualTo("1");
        }
    }

    @Test
    void aStreamOfEventsEndsWithNull() {
        String events = """
                {"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}
                {"object":{"kind":"Status","code":410},"type":"ERROR"}
                """;
        try (ObjectScanner scanner = scanner(events, 10, Set.of(), false)) {
            assertThat(Objects.requireNonNull(scanner.nextEvent()).object().name()).isEqualTo("a");
            Event error = Objects.requireNonNull(scanner.nextEvent());
            assertThat(error.type()).isEqualTo("ERROR");
            assertThat(text(error.object())).isEqualTo("{\"kind\":\"Status\",\"code\":410}");
            assertThat(scanner.nextEvent()).isNull();
        }
    }

    @Test
    void somethingElseThanAListIsSaidToBeMalformed() {
        try (ObjectScanner scanner = scanner("[1]", 10, Set.of(), false)) {
            assertThatThrownBy(() -> scanner.readList(scanned -> {
            })).isInstanceOf(MalformedAnswerException.class).hasMessageContaining("START_ARRAY");
        }
    }
}
