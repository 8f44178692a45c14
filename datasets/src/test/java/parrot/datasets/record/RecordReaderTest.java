package parrot.datasets.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.conversation.ConversationProblem;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.conversation.UnusableConversationException;

class RecordReaderTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final String TURNS =
      "'conversations':[{'from':'human','value':'Q'},{'from':'gpt','value':'A'}]";

  @Test
  void readsLlava() {
    RawRecord row = read(RecordFormat.LLAVA, "{" + TURNS + ",'image':'a.png','language':'en'}");
    assertThat(row.turns()).containsExactly(Turn.human("Q"), Turn.gpt("A"));
    assertThat(row.images()).containsExactly("a.png");
    assertThat(row.language()).contains("en");
    assertThat(row.unread()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'messages':[{'role':'user','content':'Q'},{'role':'assistant','content':'A'}]}",
        "{'conversations':[{'from':'user','value':'Q'},{'from':'assistant','value':'A'}]}",
        "{'conversations':[{'role':'User','content':'Q'},{'role':'ASSISTANT','content':'A'}]}",
        "{'conversation':[{'from':'human','value':'Q'},{'from':'chatgpt','value':'A'}]}",
        "{'conversations':null,'messages':[{'role':'user','content':'Q'},"
            + "{'role':'model','content':'A'}]}",
        "{'messages':[{'role':'user','content':[{'type':'text','text':'Q'}]},"
            + "{'role':'assistant','content':[{'text':'A'}]}]}",
        "{'instruction':'Q','input':'','output':'A'}",
        "{'input':'Q','output':'A'}",
        "{'conversations':{'from':['human','gpt'],'value':['Q','A']}}",
        "{'messages':{'role':['user','assistant'],'content':['Q','A']}}",
      })
  void readsTheUsualFormatsUnderTheirOwnNames(String row) {
    assertThat(read(RecordFormat.AUTO, row).turns())
        .containsExactly(Turn.human("Q"), Turn.gpt("A"));
  }

  @Test
  void readsTurnsThatATableKeepsAsJsonInAText() {
    String row = "{'conversations':'[{\\\"from\\\":\\\"human\\\",\\\"value\\\":\\\"Q\\\"}]'}";
    assertThat(read(RecordFormat.AUTO, row).turns()).containsExactly(Turn.human("Q"));
    assertThatThrownBy(() -> read(RecordFormat.AUTO, "{'conversations':'[{]'}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Invalid field conversations: a text (must be a list");
    assertThatThrownBy(
            () -> read(RecordFormat.AUTO, "{'conversations':{'from':['human'],'value':['Q','A']}}"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Invalid field conversations: an object (must be a list");
  }

  @Test
  void refusesMoreThanOneListAndHalfCharactersInTheJsonOfAText() {
    String list = "[{\\\"from\\\":\\\"human\\\",\\\"value\\\":\\\"Q%s\\\"}]";
    String two = "{'conversations':'" + list.formatted("") + list.formatted("") + "'}";
    assertThatThrownBy(() -> read(RecordFormat.AUTO, two))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Invalid field conversations: a text (must be a list");
    String half = "{'conversations':'" + list.formatted("\\\\ud83d") + "'}";
    assertThatThrownBy(() -> read(RecordFormat.AUTO, half))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds half of a character");
  }

  @Test
  void readsAlpacaWithInputHistoryAndSystem() {
    RawRecord row =
        read(
            RecordFormat.ALPACA,
            "{'instruction':'Add.','input':'1 2','output':'3','system':'Count.',"
                + "'history':[['Q','A']],'images':['a.png']}");
    assertThat(row.turns())
        .containsExactly(
            new Turn(Role.SYSTEM, "Count."),
            Turn.human("Q"),
            Turn.gpt("A"),
            Turn.human("Add.\n1 2"),
            Turn.gpt("3"));
    assertThat(row.images()).containsExactly("a.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'image_url','image_url':{'url':'a.png','detail':'low'}}",
        "{'type':'image_url','image_url':'a.png'}",
        "{'type':'image','image':'a.png','text':null}",
        "{'image':'a.png'}",
        "{'type':'input_image','image_url':'a.png'}",
        "{'type':'image','path':'a.png'}",
      })
  void putsAnImageAmongPartsWhereItStands(String part) {
    RawRecord row =
        read(
            RecordFormat.OPENAI,
            "{'messages':[{'role':'user','content':["
                + part
                + ",{'type':'text','text':'Q'}]},"
                + "{'role':'assistant','content':'A'}]}");
    assertThat(row.turns().get(0)).isEqualTo(Turn.human("<image>\nQ"));
    assertThat(row.images()).containsExactly("a.png");
  }

  @Test
  void takesTheImageOfAPartThatOnlySaysThatThereIsOneFromTheRow() {
    RawRecord row =
        read(
            RecordFormat.AUTO,
            "{'images':['a.png'],'messages':[{'role':'user','content':[{'type':'image'},"
                + "{'type':'text','text':'Q'}]},{'role':'assistant','content':'A'}]}");
    assertThat(row.turns().get(0)).isEqualTo(Turn.human("<image>\nQ"));
    assertThat(row.images()).containsExactly("a.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'image':'a.png'",
        "'image':['a.png']",
        "'images':['a.png',null,'']",
        "'image_path':'a.png'",
        "'Image':'a.png'",
        "'img':{'path':'a.png','bytes':null}",
        "'picture':{'url':'a.png'}",
        "'image':'a.png','images':['a.png']",
        "'image':'a.png','image_path':'/data/train/a.png'",
        "'image':'a.png','image_url':'https://example.org/x/1.jpg'",
        "'image':'a.png','image_id':7,'video_id':'v1','source':'http://example.org/v.mp4'",
        "'image':'a.png','has_video':'no','is_image':'yes','speech':'Dear friends, I greet you all.'",
        "'image':'a.png','image_size':[1,2],'caption':'A dog.','video':null,'audio':[]",
      })
  void findsTheOneImageUnderAnyUsualKey(String image) {
    assertThat(read(RecordFormat.AUTO, "{" + TURNS + "," + image + "}").images())
        .containsExactly("a.png");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "NaN", "''", "' '", "[]", "['']", "[null]", "{}", "{'path':''}"})
  void takesAnEmptyFieldForNoImage(String image) {
    assertThat(read(RecordFormat.AUTO, "{" + TURNS + ",'image':" + image + "}").images()).isEmpty();
  }

  @Test
  void countsDifferentImages() {
    for (String images :
        List.of("'image':['a.png','b.png']", "'image':'a.png','images':['b.png']")) {
      assertThat(read(RecordFormat.AUTO, "{" + TURNS + "," + images + "}").images()).hasSize(2);
    }
  }

  @Test
  void keepsAnImageInsideTheRowAsADataUri() {
    String png = "iVBORw0KGgo" + "A".repeat(60);
    for (String image :
        List.of(
            "'data:image/png;base64," + png + "'",
            "'" + png + "'",
            "{'bytes':'" + png + "','path':'a.png'}",
            "{'type':'base64','media_type':'image/png','data':'" + png + "'}")) {
      assertThat(read(RecordFormat.AUTO, "{" + TURNS + ",'image':" + image + "}").images())
          .singleElement()
          .asString()
          .startsWith("data:")
          .endsWith("base64," + png);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'video':'a.mp4'",
        "'videos':['clips/1']",
        "'video_path':'x'",
        "'audio':{'array':[0.5,0.25],'sampling_rate':16000}",
        "'sound':'a.wav'",
        "'clip':'a.mp4'",
        "'thumbnail':'a b/c.JPG'",
        "'source_file':'coco/1.jpg?size=2'",
        "'meta':{'frames':['1.png','2.png']}",
        "'blob':{'bytes':'iVBORw0K','path':null}",
        "'inline':'data:video/mp4;base64,AAAA'",
        "'image_id':12",
        "'input_photo_name':'x'",
        "'image':'a.png','image_2':'b'",
        "'image':'a.png','mask':'b.png'",
        "'image':'a.png','video':'a'",
      })
  void refusesWhatItBringsAndWouldNotUse(String field) {
    refused(ConversationProblem.OTHER_MEDIA, "{" + TURNS + "," + field + "}", "would not be used");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<video>\\nWhat?",
        "What?\\n<audio>",
        "<|image_1|>\\nWhat?",
        "<|vision_start|><|image_pad|><|vision_end|>What?",
        "<ImageHere>What?",
        "<image_placeholder>",
        "<IMAGE>\\nWhat?",
        "<image/>\\nWhat?",
        "[IMG] What?",
        "What do <image_1> and <image_2> show?",
        "Picture 1: <img>a/b.jpg</img>\\nWhat?",
      })
  void refusesAQuestionWithAPlaceForSomethingElse(String question) {
    refused(
        ConversationProblem.OTHER_MEDIA,
        "{" + TURNS.replace("'Q'", "'" + question + "'") + "}",
        "a place for something that is not read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "How do I write the <video> tag, and <|image_pad|>?",
        "Is a<b or c>d?",
        "<p>Hello</p>",
        "<images>",
      })
  void leavesOtherTagsInQuestionsAlone(String question) {
    assertThat(
            read(RecordFormat.AUTO, "{" + TURNS.replace("'Q'", "'" + question + "'") + "}")
                .turns()
                .get(0))
        .isEqualTo(Turn.human(question));
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "system_prompt", "systemPrompt", "SYSTEM"})
  void putsASystemTextFirst(String key) {
    assertThat(read(RecordFormat.AUTO, "{'" + key + "':'Be a pirate.'," + TURNS + "}").turns())
        .containsExactly(new Turn(Role.SYSTEM, "Be a pirate."), Turn.human("Q"), Turn.gpt("A"));
  }

  @Test
  void takesOneSystemTextOfSeveralOnlyIfTheyAreTheSame() {
    String spoken = TURNS.replace("[", "[{'from':'system','value':'S'},");
    assertThat(read(RecordFormat.AUTO, "{'system':'S'," + spoken + "}").turns()).hasSize(3);
    assertThat(read(RecordFormat.AUTO, "{'system':''," + spoken + "}").turns()).hasSize(3);
    refused(
        ConversationProblem.UNUSED_FIELD,
        "{'system':'T'," + spoken + "}",
        "2 different system texts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'instruction':'Be a pirate.'",
        "'tools':[{'name':'search'}]",
        "'tools':'[{}]'",
        "'kto_tag':false",
        "'history':[['a','b']]",
        "'messages':[{'role':'user','content':'other'}]",
      })
  void refusesAFieldThatChangesTheMeaningAndWouldNotBeUsed(String field) {
    refused(ConversationProblem.UNUSED_FIELD, "{" + TURNS + "," + field + "}", "Cannot use row: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'role':'assistant','content':null,'tool_calls':[{'id':'1'}]}",
        "{'role':'assistant','content':'A','weight':0}",
        "{'role':'assistant','content':'A','loss':false}",
        "{'role':'assistant','content':[{'type':'refusal','refusal':'No.'}]}",
      })
  void refusesAnAnswerThatSaysMoreThanItsText(String answer) {
    refused(
        ConversationProblem.UNUSED_FIELD,
        "{'messages':[{'role':'user','content':'Q'}," + answer + "]}",
        "turn 2");
  }

  @Test
  void refusesMediaAmongParts() {
    String row = "{'messages':[{'role':'user','content':[%s]},{'role':'assistant','content':'A'}]}";
    refused(
        ConversationProblem.OTHER_MEDIA,
        row.formatted("{'type':'video_url','video_url':{'url':'a'}}"),
        "turn 1 holds a part of type video_url");
    refused(
        ConversationProblem.IMAGE_TOKEN_MISPLACED,
        "{'messages':[{'role':'user','content':'Q'},{'role':'assistant','content':["
            + "{'type':'image','image':'a.png'}]}]}",
        "turn 2, from gpt, holds an image");
  }

  @Test
  void namesOtherKeysThatItDoesNotRead() {
    assertThat(
            read(
                    RecordFormat.AUTO,
                    "{" + TURNS + ",'lang':'zh','model':'','meta':{'a':1},'tools':'[]'}")
                .unread())
        .containsExactly("lang", "meta", "tools");
  }

  @Test
  void refusesASpeakerThatTheFormatDoesNotKnow() {
    String row = "{'conversations':[{'from':'user','value':'Q'},{'from':'gpt','value':'A'}]}";
    assertThatThrownBy(() -> read(RecordFormat.LLAVA, row))
        .hasMessage(
            "Cannot use conversation: turn 1: Invalid role: user (must be one of gpt, human, system)");
  }

  @Test
  void saysWhichKeysItLooksFor() {
    assertThatThrownBy(() -> read(RecordFormat.AUTO, "{'query':'Q','response':'A'}"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot find the conversation of the row: no key conversations, messages, conversation, instruction and output (it has query, response; name its keys in a --format FILE.yaml)");
    assertThatThrownBy(() -> read(RecordFormat.AUTO, "{'messages':'Q'}"))
        .hasMessage("Invalid field messages: a text (must be a list of {from, value})");
  }

  private static void refused(ConversationProblem problem, String row, String message) {
    assertThatThrownBy(() -> read(RecordFormat.AUTO, row))
        .isInstanceOfSatisfying(
            UnusableConversationException.class, e -> assertThat(e.problem()).isEqualTo(problem))
        .hasMessageContaining(message);
  }

  private static RawRecord read(RecordFormat format, String row) {
    try {
      return new RecordReader(format).read(JSON.readTree(row.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(row, e);
    }
  }
}
