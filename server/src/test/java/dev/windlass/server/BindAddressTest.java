package dev.windlass.server;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BindAddressTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1:8081,true", "localhost:0,true", "[::1]:8081,true", ":8081,false", "0.0.0.0:80,false"})
    void readsWhatItWritesAndKnowsLoopback(String text, boolean loopback) {
        BindAddress address = BindAddress.parse(text);
        assertThat(address).hasToString(text);
        assertThat(address.isLoopback()).isEqualTo(loopback);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8081", "localhost", "::1:80", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "h:-1"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> BindAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
