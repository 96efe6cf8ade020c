package dev.windlass.tests.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test with a {@link World}, which is run twice: the first run warms up, and what is there after it is the baseline of the
 * leak check with which the second one ends.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TwoServers.class)
@RepeatedTest(value = 2, name = "{displayName} ({currentRepetition} of {totalRepetitions})", failureThreshold = 1)
@Timeout(180)
@interface Scenario {
}
