package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** URLs and addresses are read as Go reads them, and what is wrong with them is told as Go does. */
class UrlsTest extends SharedServer {
    private static final String HOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    private static final String OBJECTS = "/apis/example.com/v1/namespaces/default/texts";

    UrlsTest() {
        super("urls");
    }

    @BeforeAll
    void define() {
        Wire.Answer defined = wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                """
                        {"metadata": {"name": "texts.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
                         "names": {"plural": "texts", "kind": "Text"},
                         "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                           "type": "object", "properties": {
                             "is": {"type": "string", "maxLength": 99, "x-kubernetes-validations": [{"rule": "isURL(self)"}]},
                             "read": {"type": "string", "maxLength": 99, "x-kubernetes-validations": [
                               {"rule": "url(self).getScheme() == ' '", "messageExpression": "'%s|%s|%s|%s|%s'.format([url(self).getScheme(), url(self).getHost(), url(self).getHostname(), url(self).getPort(), url(self).getEscapedPath()])"}]},
                             "asked": {"type": "string", "maxLength": 99, "x-kubernetes-validations": [
                               {"rule": "url(self).getQuery().size() > 9", "messageExpression": "'%s'.format([url(self).getQuery()])"}]},
                             "ip": {"type": "string", "maxLength": 99, "x-kubernetes-validations": [{"rule": "ip(self).family() == 4"}]}}}}}]}}""");
        assertThat(defined.code()).as(defined.message()).isEqualTo(201);
    }

    private Wire.Answer post(String field, String text) {
        ObjectNode object = Json.object().put("apiVersion", "example.com/v1").put("kind", "Text").put(field, text);
        object.putObject("metadata").put("name", "a");
        return wire.post(OBJECTS + "?dryRun=All", Json.string(object));
    }

    private static String unescaped(String text) {
        return Json.parse("\"" + text.replace("\\x", "\\u00").replace("\"", "\\\"") + "\"").stringValue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            http:// ~ http||||
            http: ~ http||||
            http:///x ~ http||||/x
            HTTP://Example.COM/Path ~ http|Example.COM|Example.COM||/Path
            https://user:pass@example.com:80/path?query=val#fragment ~ https|example.com:80|example.com|80|/path
            /absolute ~ ||||/absolute
            * ~ ||||*
            ///a ~ ||||///a
            //foo:80/x ~ |foo:80|foo|80|/x
            mailto:a@b.c?x=1 ~ mailto||||
            oci://localhost:5000/repo@sha256:abc ~ oci|localhost:5000|localhost|5000|/repo@sha256:abc
            a+b.c-d:x ~ a+b.c-d||||
            http://my_host/ ~ http|my_host|my_host||/
            http://a<b>"/ ~ http|a<b>"|a<b>"||/
            http://%e4%b8%96/世 ~ http|世|世||/%E4%B8%96
            http://a: ~ http|a:|a||
            ftp://a:80:90/ ~ ftp|a:80:90|a:80|90|/
            http://[::1]:80/ ~ http|[::1]:80|::1|80|/
            http://[::1%25et%20h]/ ~ http|[::1%et h]|::1%et h||/
            http://[::ffff:1.2.3.4] ~ http|[::ffff:1.2.3.4]|::ffff:1.2.3.4||
            http://u%20v:p%3a@@a/ ~ http|a|a||/
            http://a/path with spaces/ ~ http|a|a||/path%20with%20spaces/
            http://a/%2f%41[b]{c} ~ http|a|a||//A%5Bb%5D%7Bc%7D
            http://a/%2f%41[b] ~ http|a|a||/%2f%41[b]
            http://a/%ff ~ http|a|a||/%ff
            """)
    void whatIsOneIsTakenApart(String text, String parts) {
        assertThat(post("is", text).code()).isEqualTo(201);
        assertThat(told(post("read", text))).isEqualTo(parts);
    }

    private static String told(Wire.Answer refused) {
        String message = refused.body().path("details").path("causes").path(0).path("message").asString("");
        return message.replaceFirst("Invalid value: (\"string\"|.*?\"): ", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            `` ~ empty url
            :a ~ missing protocol scheme
            a ~ invalid URI for request
            ../a ~ invalid URI for request
            1a:b ~ invalid URI for request
            http://a b/ ~ invalid character " " in host name
            http://# ~ invalid character "#" in host name
            http://%41/ ~ invalid URL escape "%41"
            http://a/% ~ invalid URL escape "%"
            http://a/%€ ~ invalid URL escape "%\\xe2\\x82"
            https://a:b:c/ ~ invalid port ":b:c" after host
            http://a:80:90/ ~ invalid port ":80:90" after host
            http://[::1]x ~ invalid port "x" after host
            http://[::1 ~ missing ']' in host
            http://a[::1] ~ invalid IP-literal
            http://[1.2.3.4] ~ invalid IP-literal
            http://[] ~ invalid host: ParseAddr(""): unable to parse IP
            http://[1:2] ~ invalid host: ParseAddr("1:2"): address string too short
            http://[::1%25] ~ invalid host: ParseAddr("::1%"): zone must be a non-empty string
            http://[::1%eth0] ~ invalid URL escape "%et"
            http://u v@a ~ net/url: invalid userinfo
            http://u%zz@a ~ invalid URL escape "%zz"
            """)
    void whatIsNoneIsTold(String text, String problem) {
        assertNoUrl(text, text, problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            hTPp\\x08lah ~ hTPp\\blah ~ net/url: invalid control character in URL
            http://a\\x7f ~ http://a\\x7f ~ net/url: invalid control character in URL
            http://a\\\\b/ ~ http://a\\\\b/ ~ invalid character "\\\\" in host name
            /\\xa0%4 ~ /\\u00a0%4 ~ invalid URL escape "%4"
            """)
    void whatIsNotPrintableIsToldByNumbers(String text, String quoted, String problem) {
        assertNoUrl(unescaped(text), quoted, problem);
    }

    private void assertNoUrl(String text, String quoted, String problem) {
        assertThat(post("is", text).message()).endsWith("failed rule: isURL(self)");
        assertThat(post("read", text).message()).contains("URL parse error during conversion from string: parse \""
                + quoted + "\": " + problem + " evaluating rule");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            mailto:a#%zz ~ parse "mailto:a#%zz": invalid URL escape "%zz"
            /a?#%zz ~ parse "/a?#%zz": invalid URL escape "%zz"
            //foo:x/# ~ parse "//foo:x/": invalid port ":x" after host
            """)
    void whatARequestCanHaveNeedNotBeOne(String text, String problem) {
        assertThat(post("is", text).code()).isEqualTo(201);
        assertThat(post("read", text).message()).contains("conversion from string: " + problem + " evaluating rule");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            /?a=1&a=2&b ~ {"a":["1", "2"], "b":[""]}
            /?key with spaces=value+with%20spaces ~ {"key with spaces":["value with spaces"]}
            /?a=1;b=2&c=3 ~ {"c":["3"]}
            /?%zz=1&a=%zz&b=%41&&=x ~ {"":["x"], "b":["A"]}
            /?a=1#f ~ {"a":["1"]}
            /?? ~ {"?":[""]}
            """)
    void whatIsAskedIsReadWhereItCanBe(String text, String parameters) {
        assertThat(told(post("asked", text))).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            `` ~ unable to parse IP
            %a ~ missing IPv6 address
            1.2.3 ~ IPv4 address too short
            1.2.3.4.5 ~ IPv4 address too long
            1.2.3.256 ~ IPv4 field has value >255
            1.2.03.4 ~ IPv4 field has octet with leading zero
            1..2.3 ~ IPv4 field must have at least one digit (at ".2.3")
            1.2.3. ~ IPv4 field must have at least one digit (at ".")
            1.2.x ~ unexpected character (at "x")
            12345:: ~ each group must have 4 or less digits (at "12345::")
            1:g ~ each colon-separated field must have at least one digit (at "g")
            1g:: ~ unexpected character, want colon (at "g::")
            1: ~ colon must be followed by more characters (at ":")
            1::2::3 ~ multiple :: in address (at ":3")
            1:2:3:4:5:6:7:8:9 ~ trailing garbage after address (at "9")
            1:2:3:4:5:6:7:8:: ~ the :: must expand to at least one field of zeros
            1:2:3:4::5:6:7:8 ~ the :: must expand to at least one field of zeros
            1:1.2.3.4 ~ embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")
            ::1:2:3:4:5:6:7:1.2.3.4 ~ too many hex fields to fit an embedded IPv4 at the end of the address (at "1.2.3.4")
            ::1.2.3 ~ IPv4 address too short
            """)
    void whatIsNoAddressIsTold(String text, String problem) {
        assertThat(post("ip", text).message()).contains("IP Address \"" + text
                + "\" parse error during conversion from string: ParseAddr(\"" + text + "\"): " + problem
                + " evaluating rule");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            ::1%a ~ IP address "::1%a" with zone value is not allowed evaluating rule
            ::ffff:102:304 ~ IPv4-mapped IPv6 address "::ffff:102:304" is not allowed evaluating rule
            ::1.2.3.4 ~ failed rule: ip(self).family() == 4
            """)
    void addressesOfOtherFormsAreTold(String text, String problem) {
        assertThat(post("ip", text).message()).contains(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            http://a ~ Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]
            https: ~ Invalid value: "": host must be specified; desired format: https://host[/path]
            https://my_host/a b ~ ``
            https://u:p%41@a ~ Invalid value: "u:pA": user information is not permitted in the URL
            https://a#%41 ~ Invalid value: "A": fragments are not permitted in the URL
            https://a?b=%zz ~ Invalid value: "b=%zz": query parameters are not permitted in the URL
            https://a?# ~ ``
            https://a:b ~ Required value: url must be a valid URL: parse "https://a:b": invalid port ":b" after host; desired format: https://host[/path]
            """)
    void theUrlOfAWebhookIsReadSoToo(String url, String problem) {
        String hook = "{'name':'a.example.com','clientConfig':{'url':'%s'},'sideEffects':'None',"
                + "'admissionReviewVersions':['v1']}";
        if (problem.isEmpty()) {
            assertThat(wire.post(HOOKS + "?dryRun=All", ("{'metadata':{'name':'refused'},'webhooks':["
                    + hook.formatted(url) + "]}").replace('\'', '"')).code()).isEqualTo(201);
        } else {
            wire.assertRefused(HOOKS, "'webhooks':[" + hook.formatted(url) + "]",
                    "webhooks[0].clientConfig.url: " + problem);
        }
    }
}
