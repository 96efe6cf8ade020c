package dev.windlass.kubernetes;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LabelSelectorTest {

    private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "front", "example.com/x_y.z", "");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "'' | true", "app | true", "!app | false", "!other | true", "app=web | true", "app==web | true",
            "app=x | false",
            "app!=x | true", "app!=web | false", "other!=x | true", "app in (web, api) | true", "app in (api) | false",
            "app notin (api) | true", "other notin (api) | true", "app notin (web) | false",
            "example.com/x_y.z= | true",
            "app=web,tier=front | true", "app=web, tier=back | false", "app in (a,web),!other,tier | true"})
    void selectsLikeKubectl(String selector, boolean expected) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "=x", "a=b c", "a in b", "a in (b", ",", "a>1", "a=b,,c"})
    void refusesWhatIsMalformedAndSaysWhere(String selector) {
        assertThatThrownBy(() -> LabelSelector.parse(selector)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("malformed").hasMessageContaining(selector);
    }

    @Test
    void emptySelectsEverything() {
        assertThat(LabelSelector.parse(" ").isEverything()).isTrue();
    }
}
