/** Objects as Go clients send them and like to read them: protobuf instead of JSON. */
@NullMarked
package dev.windlass.apiserver.internal.protobuf;

import org.jspecify.annotations.NullMarked;
