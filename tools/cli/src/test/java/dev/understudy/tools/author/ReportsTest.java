package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.Archive;
import dev.understudy.safe.lint.JunitReport;
import dev.understudy.safe.lint.Linted;
import dev.understudy.safe.lint.RuleBook;
import dev.understudy.safe.lint.SarifReport;
import dev.understudy.safe.read.SafeReader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/// What other programs read of lint.
class ReportsTest {
    private static Linted linted(String rule) {
        RuleBook.Entry e = RuleBook.entry(rule).orElseThrow();
        Archive archive = e.example(e.bad());
        return new Source("shop/", archive, SafeReader.of(archive)).linted();
    }

    @Test
    void sarifHasRulesPlacesFingerprintsAndFixes() throws Exception {
        JsonNode run =
                new ObjectMapper()
                        .readTree(SarifReport.write(List.of(linted("J006"))))
                        .at("/runs/0");
        assertEquals("utf16CodeUnits", run.path("columnKind").asText());
        JsonNode result = run.at("/results/0");
        assertEquals("J006", result.path("ruleId").asText());
        int index = result.path("ruleIndex").asInt();
        assertEquals("J006", run.at("/tool/driver/rules/" + index + "/id").asText());
        assertEquals(RuleBook.entries().size(), run.at("/tool/driver/rules").size());
        JsonNode place = result.at("/locations/0/physicalLocation");
        assertEquals("shop/scripts/prestart.js", place.at("/artifactLocation/uri").asText());
        assertEquals(3, place.at("/region/startLine").asInt());
        assertEquals(
                "await ",
                result.at("/fixes/0/artifactChanges/0/replacements/0/insertedContent/text")
                        .asText());
        assertEquals(32, result.at("/partialFingerprints/safeRuleAndLine~1v1").asText().length());
    }

    @Test
    void fingerprintsStayWhenLinesMove() throws Exception {
        RuleBook.Entry e = RuleBook.entry("J006").orElseThrow();
        Archive moved = e.example("// one more line\n" + e.bad());
        Linted later = new Source("shop/", moved, SafeReader.of(moved)).linted();
        ObjectMapper mapper = new ObjectMapper();
        String pointer = "/runs/0/results/0/partialFingerprints";
        assertEquals(
                mapper.readTree(SarifReport.write(List.of(linted("J006")))).at(pointer),
                mapper.readTree(SarifReport.write(List.of(later))).at(pointer));
    }

    @Test
    void junitHasACaseForEachRule() throws Exception {
        String text = JunitReport.write(List.of(linted("C012")));
        Document document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                RuleBook.entries().size(), document.getElementsByTagName("testcase").getLength());
        assertEquals(1, document.getElementsByTagName("failure").getLength());
        Element failure = (Element) document.getElementsByTagName("failure").item(0);
        assertTrue(failure.getTextContent().contains("did you mean 'watch'?"), text);
    }
}
