package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What config maps may hold. */
class ConfigMapsTest extends SharedServer {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final int MEBIBYTE = 1 << 20;

    ConfigMapsTest() {
        super("config-maps");
    }

    @Test
    void aKeyIsForTextOrForBytes() {
        wire.assertRefused(MAPS, "'data':{'a':'x'},'binaryData':{'a':'YQ=='}",
                "data[a]: Invalid value: \"a\": duplicate of key present in binaryData");
    }

    @Test
    void allTextsAndBytesTogetherAreAMebibyte() {
        assertThat(wire.post(MAPS + "?dryRun=All", holding(MEBIBYTE - 2)).code()).isEqualTo(201);
        assertThat(wire.post(MAPS + "?dryRun=All", holding(MEBIBYTE - 1)).message())
                .endsWith("Too long: may not be more than " + MEBIBYTE + " bytes");
    }

    /** One byte, and texts of which the last letter takes two, the rest one byte each. */
    private static String holding(int bytes) {
        return "{\"metadata\":{\"name\":\"a\"},\"binaryData\":{\"b\":\"YQ==\"},\"data\":{\"t\":\""
                + "x".repeat(bytes - 1) + "ä\"}}";
    }
}
